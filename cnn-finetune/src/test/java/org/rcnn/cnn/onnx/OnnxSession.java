package org.rcnn.cnn.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model in Microsoft's runtime. */
public final class OnnxSession implements AutoCloseable {

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  /** Opens a file, which the runtime checks against ONNX's rules. */
  public OnnxSession(Path file) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(2);
      // Weights as they are in the file, without a second copy in another order.
      options.addConfigEntry("session.disable_prepacking", "1");
      session = environment.createSession(file.toString(), options);
    }
  }

  /** The outputs by name, for {@code n x 3 x side x side} images. */
  public Map<String, float[]> run(float[] images, int side) throws OrtException {
    long n = images.length / (3L * side * side);
    Map<String, float[]> found = new LinkedHashMap<>();
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(images), new long[] {n, 3, side, side});
        OrtSession.Result result = session.run(Map.of("images", input))) {
      for (Map.Entry<String, ai.onnxruntime.OnnxValue> output : result) {
        FloatBuffer values = ((OnnxTensor) output.getValue()).getFloatBuffer();
        float[] copy = new float[values.remaining()];
        values.get(copy);
        found.put(output.getKey(), copy);
      }
    }
    return found;
  }

  /** The model's notes. */
  public Map<String, String> notes() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
