package org.rcnn.cnn.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.speed.ForwardPass;
import org.rcnn.cnn.speed.ForwardPeer;
import org.rcnn.cnn.speed.ForwardTask;

/** ONNX Runtime on the CPU, with all its graph optimisations. */
public final class OnnxRuntimePeer implements ForwardPeer {

  /** Made by the service loader. */
  public OnnxRuntimePeer() {}

  @Override
  public String name() {
    return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public ForwardPass open(ForwardTask task, Path folder) throws IOException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(task.threads());
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      OrtSession session =
          environment.createSession(OnnxModel.in(folder, task).toString(), options);
      return new Pass(session, input(environment, task));
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  private static OnnxTensor input(OrtEnvironment environment, ForwardTask task)
      throws OrtException {
    FloatBuffer values =
        ByteBuffer.allocateDirect(task.images().length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    values.put(task.images()).flip();
    long side = task.definition().inputSize();
    return OnnxTensor.createTensor(environment, values, new long[] {task.batch(), 3, side, side});
  }

  private static final class Pass implements ForwardPass {
    private final OrtSession session;
    private final OnnxTensor input;
    private float[] output;

    Pass(OrtSession session, OnnxTensor input) {
      this.session = session;
      this.input = input;
    }

    @Override
    public double run() throws IOException {
      long start = System.nanoTime();
      try (OrtSession.Result result = session.run(Map.of(OnnxModel.INPUT, input))) {
        FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
        output = new float[values.remaining()];
        values.get(output);
      } catch (OrtException e) {
        throw new IOException("ONNX Runtime: " + e.getMessage(), e);
      }
      return (System.nanoTime() - start) * 1e-9;
    }

    @Override
    public float[] output() {
      return output;
    }

    @Override
    public void close() {
      input.close();
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
      }
    }
  }
}
