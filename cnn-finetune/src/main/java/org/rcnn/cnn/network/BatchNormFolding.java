package org.rcnn.cnn.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.rcnn.cnn.network.Layer.BatchNorm;

/**
 * Folds batch normalisation into the layer before it.
 *
 * <p>With fixed statistics {@code y = gamma (Wx + b - mean) / sqrt(variance + eps) + beta} is again
 * {@code W'x + b'} with {@code W' = W gamma / s} and {@code b' = (b - mean) gamma / s + beta}. The
 * folded network is plain AlexNet: faster to run, and fine-tuned as in the paper.
 */
public final class BatchNormFolding {

  private BatchNormFolding() {}

  /**
   * A layer's parameters.
   *
   * @param weight output by output
   * @param bias one value for each output
   */
  public record Layer(Tensor weight, Tensor bias) {}

  /**
   * The numbers of a batch normalisation, one for each channel.
   *
   * @param gamma the learnt scale
   * @param beta the learnt shift
   * @param mean the fixed mean
   * @param variance the fixed variance
   */
  public record Norm(Tensor gamma, Tensor beta, Tensor mean, Tensor variance) {}

  /**
   * The weights of the plain network that computes what the normalised one does outside training.
   *
   * @param plain the definition without batch normalisation
   * @param weights the weights of {@code plain.withBatchNorm()}
   */
  public static Weights fold(NetworkDefinition plain, Weights weights) {
    Map<String, Tensor> source = weights.tensors();
    Map<String, Tensor> folded = new LinkedHashMap<>();
    plain
        .parameterLayers()
        .forEach(
            layer -> {
              String name = layer.name();
              String norm = name + ".bn";
              if (source.containsKey(norm + ".gamma")) {
                Layer own =
                    fold(
                        new Layer(source.get(name + ".weight"), source.get(name + ".bias")),
                        new Norm(
                            source.get(norm + ".gamma"),
                            source.get(norm + ".beta"),
                            source.get(norm + ".mean"),
                            source.get(norm + ".variance")),
                        BatchNorm.EPSILON);
                folded.put(name + ".weight", own.weight());
                folded.put(name + ".bias", own.bias());
              } else {
                layer.parameters().keySet().forEach(own -> folded.put(own, source.get(own)));
              }
            });
    return new Weights(folded);
  }

  /**
   * One layer with the normalisation after it folded in.
   *
   * @param layer as many outputs as the normalisation has channels
   * @param epsilon what is added to the variance before the square root; torch's is 1e-5
   */
  public static Layer fold(Layer layer, Norm norm, double epsilon) {
    float[] factor = factors(norm, epsilon);
    return new Layer(foldWeight(layer.weight(), factor), foldBias(layer.bias(), factor, norm));
  }

  private static float[] factors(Norm norm, double epsilon) {
    float[] gamma = norm.gamma().values();
    float[] variance = norm.variance().values();
    float[] factor = new float[gamma.length];
    for (int c = 0; c < factor.length; c++) {
      factor[c] = (float) (gamma[c] / Math.sqrt(variance[c] + epsilon));
    }
    return factor;
  }

  private static Tensor foldBias(Tensor bias, float[] factor, Norm norm) {
    float[] mean = norm.mean().values();
    float[] beta = norm.beta().values();
    float[] values = new float[factor.length];
    for (int c = 0; c < values.length; c++) {
      values[c] = (bias.values()[c] - mean[c]) * factor[c] + beta[c];
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
