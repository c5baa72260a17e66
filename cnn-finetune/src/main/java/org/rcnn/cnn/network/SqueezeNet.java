package org.rcnn.cnn.network;

/**
 * SqueezeNet 1.0 (Iandola et al. 2016): AlexNet's accuracy with 1.2 M parameters. Eight fire
 * modules; each squeezes its input to few channels and expands them again by 1 x 1 and 3 x 3
 * convolutions side by side. Poolings keep a last, partly outside window, in torchvision as in
 * Caffe. 227 pixels.
 *
 * <p>Taps: it has no fully connected layers, so no fc6 and fc7. Its pool5 is the output of the last
 * fire module, 512 maps of 13 x 13, pooled once more as between the modules (3 x 3, step 2) to 6 x
 * 6: 18,432 values, in the place and on the grid of AlexNet's pool5. The scores do not go through
 * this last pooling.
 *
 * <p>The authors' Caffe release pads the last, 1 x 1 convolution by one pixel, so that a border of
 * bias values enters the average; torchvision's does not. Only the scores differ: taps are the
 * same.
 */
final class SqueezeNet {

  private SqueezeNet() {}

  /** torchvision's {@code squeezenet1_0}. */
  static NetworkDefinition definition(int classes) {
    return definition("squeezenet1_0", 227, 16, Preprocessing.torchvision(), 0, classes);
  }

  /**
   * The same layers on warps of 131 pixels, with the same share of context: a third of the work.
   * Its pool5 is 3 x 3.
   */
  static NetworkDefinition small(int classes) {
    return definition("squeezenet1_0-131", 131, 9, Preprocessing.torchvision(), 0, classes);
  }

  /** The authors' Caffe release, SqueezeNet v1.0. */
  static NetworkDefinition caffe(int classes) {
    return definition("squeezenet1_0-caffe", 227, 16, Preprocessing.caffe(), 1, classes);
  }

  private static NetworkDefinition definition(
      String name,
      int side,
      int context,
      Preprocessing preprocessing,
      int lastPadding,
      int classes) {
    DefinitionBuilder network = NetworkDefinition.builder(name, side, context, preprocessing);
    network.convolution("conv1", 96, 7, 2, 0).from("features.0").ceilMaxPool("pool1", 3, 2);
    fire(network, 2, "features.3", 16, 64);
    fire(network, 3, "features.4", 16, 64);
    fire(network, 4, "features.5", 32, 128);
    network.ceilMaxPool("pool4", 3, 2);
    fire(network, 5, "features.7", 32, 128);
    fire(network, 6, "features.8", 48, 192);
    fire(network, 7, "features.9", 48, 192);
    fire(network, 8, "features.10", 64, 256);
    network.ceilMaxPool("pool8", 3, 2);
    fire(network, 9, "features.12", 64, 256);
    return network
        .tapAside(Tap.POOL5, last -> last.maxPool("pool9", 3, 2, 0))
        .dropout("drop9", 0.5f)
        .convolution("conv10", classes, 1, 1, lastPadding)
        .from("classifier.1", "conv_final")
        .globalAverage("pool10")
        .tap(Tap.SCORES)
        .build();
  }

  private static void fire(
      DefinitionBuilder network, int number, String torchvision, int squeezed, int expanded) {
    String fire = "fire" + number;
    network
        .convolution(fire + ".squeeze", squeezed, 1, 1, 0)
        .from(torchvision + ".squeeze", fire + "/squeeze1x1", fire + "/conv1x1_1")
        .concatenate(
            fire,
            one ->
                one.convolution(fire + ".expand1x1", expanded, 1, 1, 0)
                    .from(torchvision + ".expand1x1", fire + "/expand1x1", fire + "/conv1x1_2"),
            three ->
                three
                    .convolution(fire + ".expand3x3", expanded, 3, 1, 1)
                    .from(torchvision + ".expand3x3", fire + "/expand3x3", fire + "/conv3x3_2"));
  }
}
