package org.rcnn.data.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.RgbImage;
import org.rcnn.data.store.RecordFile;

/**
 * The images of a split, decoded once to a fixed size and kept as raw pixels in one memory-mapped
 * file: an epoch then costs a memory copy per image instead of a JPEG decoding.
 *
 * <p>Each image is scaled so that its shorter side has the given size, and its middle square is
 * kept. Shrinking averages over the source pixels, enlarging interpolates linearly; an image of the
 * given size is not changed. The file's bytes depend only on the split and the size, not on the
 * number of threads.
 */
public final class PackedImages implements Closeable {

  private static final String MAGIC = "RCNNPIX1";

  /** Images in flight at once; bounds the memory while packing. */
  private static final int BATCH = 512;

  private final RecordFile file;
  private final int size;
  private final List<String> classes;

  private PackedImages(RecordFile file, int size, List<String> classes) {
    this.file = file;
    this.size = size;
    this.classes = classes;
  }

  /**
   * Decodes a split into a file, replacing an older one, and opens it. Images that cannot be
   * decoded are reported and skipped.
   *
   * @param size the side of the packed squares in pixels, below 10,000
   * @param file where to write; the file appears there when it is complete
   * @param threads how many threads decode
   * @param progress receives the number of images done so far, from time to time
   * @param problems receives a sentence for each skipped image
   * @throws IOException if the file cannot be written, or no image could be decoded
   */
  public static PackedImages pack(
      ImageFolder.Split split,
      int size,
      Path file,
      int threads,
      IntConsumer progress,
      Consumer<String> problems)
      throws IOException {
    if (size < 1 || size > 9999) {
      throw new IllegalArgumentException(
          "Packed images must be at least 1 and at most 9,999 pixels wide, not %d."
              .formatted(size));
    }
    String header = size + "\n" + String.join("\n", split.classes());
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try (RecordFile.Writer writer =
        RecordFile.create(file, MAGIC, header.getBytes(StandardCharsets.UTF_8))) {
      int packed = 0;
      for (int start = 0; start < split.size(); start += BATCH) {
        int end = Math.min(start + BATCH, split.size());
        List<Future<byte[]>> batch = new ArrayList<>();
        for (int i = start; i < end; i++) {
          int image = i;
          batch.add(workers.submit(() -> square(split.read(image), size)));
        }
        for (int i = start; i < end; i++) {
          byte[] pixels = decodedOrNull(batch.get(i - start), split.name(i), problems);
          if (pixels != null) {
            writer.append(split.name(i), split.label(i), ByteBuffer.wrap(pixels));
            packed++;
          }
        }
        progress.accept(end);
      }
      if (packed == 0) {
        throw new IOException("None of the %d images can be decoded.".formatted(split.size()));
      }
      writer.commit();
    } finally {
      workers.shutdownNow();
    }
    return open(file);
  }

  private static byte[] decodedOrNull(
      Future<byte[]> decoding, String name, Consumer<String> problems) throws IOException {
    try {
      return decoding.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException unreadable) {
        problems.accept(unreadable.getMessage());
        return null;
      }
      if (e.getCause() instanceof OutOfMemoryError) {
        // Only this image's arrays do not fit in memory.
        problems.accept("The image %s does not fit in the free memory.".formatted(name));
        return null;
      }
      throw new IllegalStateException("Packing the image %s failed.".formatted(name), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Packing was interrupted.", e);
    }
  }

  /**
   * Opens a packed file.
   *
   * @throws IOException with a one-sentence message, if it is missing, cut short, damaged or of
   *     another kind
   */
  public static PackedImages open(Path file) throws IOException {
    RecordFile records = RecordFile.open(file, MAGIC, "file of packed images");
    String[] header = new String(records.header(), StandardCharsets.UTF_8).split("\n");
    if (!header[0].matches("[1-9][0-9]{0,3}")) {
      throw records.damaged("its header makes no sense");
    }
    int size = Integer.parseInt(header[0]);
    List<String> classes = List.of(header).subList(1, header.length);
    for (int i = 0; i < records.size(); i++) {
      boolean known = records.tag(i) >= 0 && records.tag(i) < classes.size();
      if (!known || records.length(i) != 3 * size * size) {
        throw records.damaged("an image has an unknown class or another size");
      }
    }
    return new PackedImages(records, size, classes);
  }

  /** The side of the squares in pixels. */
  public int size() {
    return size;
  }

  /** How many images there are. */
  public int count() {
    return file.size();
  }

  /** The classes of the set that was packed; a label is a position in this list. */
  public List<String> classes() {
    return classes;
  }

  /** The class of an image. */
  public int label(int i) {
    return file.tag(i);
  }

  /** The path of an image in the set that was packed. */
  public String name(int i) {
    return file.name(i);
  }

  /**
   * Copies the pixels of an image, {@code 3 · size · size} bytes in the order row, column, red
   * green blue. Thread-safe.
   *
   * @throws IOException if the image does not match its checksum
   */
  public void copyPixels(int i, byte[] into) throws IOException {
    copyPixels(i, into, 0);
  }

  /** As {@link #copyPixels(int, byte[])}, to a place in a larger array. */
  public void copyPixels(int i, byte[] into, int offset) throws IOException {
    file.record(i).get(into, offset, 3 * size * size);
  }

  /**
   * Identifies the content: two files have the same fingerprint if size, classes, names, labels and
   * pixels (by their CRC-32C) are the same.
   *
   * @return a SHA-256 in hexadecimal
   */
  public String fingerprint() {
    StringBuilder content = new StringBuilder();
    content.append(size).append('\n').append(String.join("\n", classes)).append('\n');
    for (int i = 0; i < count(); i++) {
      content.append(name(i)).append('\t').append(label(i));
      content.append('\t').append(file.checksum(i)).append('\n');
    }
    return Fingerprint.of(content.toString());
  }

  /** Closes the file; later reads are refused. */
  @Override
  public void close() {
    file.close();
  }

  /** The middle square of an image, scaled to a size. */
  static byte[] square(RgbImage image, int size) {
    if (image.width() == size && image.height() == size) {
      return image.rgb();
    }
    int side = Math.min(image.width(), image.height());
    Resampling columns = Resampling.of((image.width() - side) / 2.0, side, size, image.width());
    Resampling rows = Resampling.of((image.height() - side) / 2.0, side, size, image.height());
    int top = rows.first();
    float[] narrow = new float[3 * size * (rows.end() - top)];
    for (int y = top; y < rows.end(); y++) {
      for (int x = 0; x < size; x++) {
        int from = columns.from[x];
        float[] weights = columns.weights[x];
        for (int channel = 0; channel < 3; channel++) {
          float sum = 0;
          for (int k = 0; k < weights.length; k++) {
            sum += weights[k] * (image.rgb()[3 * (y * image.width() + from + k) + channel] & 0xff);
          }
          narrow[3 * ((y - top) * size + x) + channel] = sum;
        }
      }
    }
    byte[] square = new byte[3 * size * size];
    for (int y = 0; y < size; y++) {
      int from = rows.from[y];
      float[] weights = rows.weights[y];
      for (int x = 0; x < 3 * size; x++) {
        float sum = 0;
        for (int k = 0; k < weights.length; k++) {
          sum += weights[k] * narrow[3 * size * (from - top + k) + x];
        }
        square[3 * size * y + x] = (byte) Math.min(255, Math.round(sum));
      }
    }
    return square;
  }

  /**
   * For one axis, the source pixels of each target pixel and their weights. The weights form a
   * triangle with the larger of the two pixel sizes as its radius, which averages when shrinking
   * and interpolates when enlarging.
   */
  private record Resampling(int[] from, float[][] weights) {

    static Resampling of(double start, int side, int size, int limit) {
      double scale = (double) side / size;
      double radius = Math.max(1, scale);
      int[] from = new int[size];
      float[][] weights = new float[size][];
      for (int i = 0; i < size; i++) {
        double centre = start + (i + 0.5) * scale - 0.5;
        int first = Math.max(0, (int) Math.ceil(centre - radius));
        int last = Math.min(limit - 1, (int) Math.floor(centre + radius));
        from[i] = first;
        weights[i] = new float[last - first + 1];
        double sum = 0;
        for (int k = first; k <= last; k++) {
          sum += Math.max(0, 1 - Math.abs(k - centre) / radius);
        }
        for (int k = first; k <= last; k++) {
          weights[i][k - first] = (float) (Math.max(0, 1 - Math.abs(k - centre) / radius) / sum);
        }
      }
      return new Resampling(from, weights);
    }

    int first() {
      return from[0];
    }

    int end() {
      return from[from.length - 1] + weights[weights.length - 1].length;
    }
  }
}
