package org.rcnn.cnn.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.rcnn.cnn.network.Layer.BatchNorm;

/**
 * Folds batch normalisation into the layer before it.
 *
 * <p>With fixed statistics {@code y = gamma (Wx + b - mean) / sqrt(variance + eps) + beta} is again
 * {@code W'x + b'} with {@code W' = W gamma / s} and {@code b' = (b - mean) gamma / s + beta}. The
 * folded network is plain AlexNet: faster to run, and fine-tuned exactly as the paper does.
 */
public final class BatchNormFolding {

  private BatchNormFolding() {}

  /**
   * The weights of the plain network that computes what the normalised one does outside training.
   *
   * @param plain the definition without batch normalisation
   * @param weights the weights of {@code plain.withBatchNorm()}
   */
  public static Weights fold(NetworkDefinition plain, Weights weights) {
    Map<String, Tensor> source = weights.tensors();
    Map<String, Tensor> folded = new LinkedHashMap<>();
    for (Layer layer : plain.layers()) {
      if (layer.parameters().isEmpty()) {
        continue;
      }
      Tensor weight = source.get(layer.name() + ".weight");
      Tensor bias = source.get(layer.name() + ".bias");
      String norm = layer.name() + ".bn";
      if (source.containsKey(norm + ".gamma")) {
        float[] factor = factors(source, norm);
        bias = foldBias(bias, factor, source.get(norm + ".mean"), source.get(norm + ".beta"));
        weight = foldWeight(weight, factor);
      }
      folded.put(layer.name() + ".weight", weight);
      folded.put(layer.name() + ".bias", bias);
    }
    return new Weights(folded);
  }

  private static float[] factors(Map<String, Tensor> source, String norm) {
    float[] gamma = source.get(norm + ".gamma").values();
    float[] variance = source.get(norm + ".variance").values();
    float[] factor = new float[gamma.length];
    for (int c = 0; c < factor.length; c++) {
      factor[c] = (float) (gamma[c] / Math.sqrt(variance[c] + (double) BatchNorm.EPSILON));
    }
    return factor;
  }

  private static Tensor foldBias(Tensor bias, float[] factor, Tensor mean, Tensor beta) {
    float[] values = new float[factor.length];
    for (int c = 0; c < values.length; c++) {
      values[c] = (bias.values()[c] - mean.values()[c]) * factor[c] + beta.values()[c];
    }
    return new Tensor(bias.shape(), values);
  }

  private static Tensor foldWeight(Tensor weight, float[] factor) {
    float[] values = weight.values().clone();
    int perOutput = values.length / factor.length;
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor[i / perOutput];
    }
    return new Tensor(weight.shape(), values);
  }
}
