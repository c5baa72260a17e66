package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Prepares the next batches in a thread of its own while the current one trains.
 *
 * <p>Batch number {@code i} is made by the source from {@code i} alone, so what is trained on does
 * not depend on timing, and a training can resume at any batch.
 */
final class BatchFeeder implements AutoCloseable {

  /** One batch: the values of its items one after the other in a direct buffer, a label each. */
  static final class Batch {
    final ByteBuffer stored;
    final float[] values;
    final long[] labels;

    private Batch(int count, int perItem) {
      values = new float[Math.multiplyExact(count, perItem)];
      stored =
          ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
      labels = new long[count];
    }

    /** The values as {@code N x values of an item}. */
    NDArray rows(NDManager manager) {
      stored.rewind();
      Shape shape = new Shape(labels.length, values.length / labels.length);
      return manager.create(stored, shape, DataType.FLOAT32);
    }

    /**
     * The values, which are {@code N x size x size x 3}, as an {@code N x 3 x size x size} view,
     * channels last in memory.
     */
    NDArray images(NDManager manager, int inputSize) {
      stored.rewind();
      Shape shape = new Shape(labels.length, inputSize, inputSize, 3);
      NDArray view = manager.create(stored, shape, DataType.FLOAT32).transpose(0, 3, 1, 2);
      view.attach(manager);
      return view;
    }
  }

  /** Fills a batch's values and labels. */
  interface Source {
    void fill(int index, float[] values, long[] labels) throws IOException;
  }

  private static final int AHEAD = 3;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread worker = new Thread(task, "batch-feeder");
            worker.setDaemon(true);
            return worker;
          });
  private final BlockingQueue<Batch> idle = new ArrayBlockingQueue<>(AHEAD);
  private final BlockingQueue<Future<Batch>> ready = new ArrayBlockingQueue<>(AHEAD);
  private final Source source;
  private int next;

  /**
   * Starts with a batch number.
   *
   * @param count items in a batch
   * @param perItem values of an item
   */
  BatchFeeder(Source source, int first, int count, int perItem) {
    this.source = source;
    this.next = first;
    for (int i = 0; i < AHEAD; i++) {
      idle.add(new Batch(count, perItem));
    }
    while (!idle.isEmpty()) {
      order();
    }
  }

  private void order() {
    Batch batch = idle.remove();
    int index = next++;
    ready.add(
        thread.submit(
            () -> {
              source.fill(index, batch.values, batch.labels);
              batch.stored.clear();
              batch.stored.asFloatBuffer().put(batch.values);
              return batch;
            }));
  }

  /** The next batch, in order. Give it back with {@link #release} when its step is done. */
  Batch take() throws IOException {
    try {
      return ready.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Training was interrupted.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof UncheckedIOException cause) {
        throw cause.getCause();
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Returns a batch's memory for reuse. */
  void release(Batch batch) {
    idle.add(batch);
    order();
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      // A batch takes a second at most; after this the source is no longer used.
      thread.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
