package org.rcnn.cnn.network;

import java.util.List;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;

/** The networks that the project knows by name. */
public final class Architectures {

  private Architectures() {}

  /** The names that {@link #byName} takes. */
  public static List<String> names() {
    return List.of("alexnet", "alexnet64");
  }

  /**
   * The network of that name with a number of class scores.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists the names
   */
  public static NetworkDefinition byName(String name, int classes) {
    return switch (name) {
      case "alexnet" -> alexnet(classes);
      case "alexnet64" -> alexnet64(classes);
      default ->
          throw new IllegalArgumentException(
              "There is no network '%s'; choose one of %s."
                  .formatted(name, String.join(", ", names())));
    };
  }

  /**
   * AlexNet as torchvision defines it (Krizhevsky 2014, "one weird trick": no groups, no local
   * response normalisation), at R-CNN's 227 pixels: pool5 9,216, fc6 and fc7 4,096. 61 M
   * parameters.
   *
   * <p>At 227 instead of torchvision's 224 pixels, conv1 gives 56 positions instead of 55, and the
   * maps after every pooling have the same size as at 224; so published weights fit unchanged.
   */
  public static NetworkDefinition alexnet(int classes) {
    Preprocessing imagenet =
        new Preprocessing(
            ColourOrder.RGB, new float[] {123.675f, 116.28f, 103.53f}, 1 / 57.4f, false);
    return NetworkDefinition.builder("alexnet", 227, 16, imagenet)
        .convolution("conv1", 64, 11, 4, 2)
        .maxPool("pool1", 3, 2, 0)
        .convolution("conv2", 192, 5, 1, 2)
        .maxPool("pool2", 3, 2, 0)
        .convolution("conv3", 384, 3, 1, 1)
        .convolution("conv4", 256, 3, 1, 1)
        .convolution("conv5", 256, 3, 1, 1)
        .maxPool("pool5", 3, 2, 0)
        .tap(Tap.POOL5)
        .dropout("drop5", 0.5f)
        .linear("fc6", 4096)
        .tap(Tap.FC6)
        .dropout("drop6", 0.5f)
        .linear("fc7", 4096)
        .tap(Tap.FC7)
        .scores("fc8", classes);
  }

  /**
   * AlexNet's shape for 64-pixel inputs and two CPU cores: five convolutions, pool5 of 128 x 4 x 4
   * = 2,048 values, fc6 and fc7 of 512. 2.3 M parameters, 75 M multiplications an image.
   *
   * <p>The context of 5 pixels is the paper's 16 of 227 at this size.
   */
  public static NetworkDefinition alexnet64(int classes) {
    Preprocessing imagenet =
        new Preprocessing(
            ColourOrder.RGB, new float[] {123.675f, 116.28f, 103.53f}, 1 / 57.4f, true);
    return NetworkDefinition.builder("alexnet64", 64, 5, imagenet)
        .convolution("conv1", 64, 5, 2, 2)
        .maxPool("pool1", 3, 2, 1)
        .convolution("conv2", 128, 3, 1, 1)
        .maxPool("pool2", 3, 2, 1)
        .convolution("conv3", 192, 3, 1, 1)
        .convolution("conv4", 192, 3, 1, 1)
        .convolution("conv5", 128, 3, 1, 1)
        .maxPool("pool5", 3, 2, 1)
        .tap(Tap.POOL5)
        .linear("fc6", 512)
        .tap(Tap.FC6)
        .dropout("drop6", 0.5f)
        .linear("fc7", 512)
        .tap(Tap.FC7)
        .dropout("drop7", 0.5f)
        .scores("fc8", classes);
  }
}
