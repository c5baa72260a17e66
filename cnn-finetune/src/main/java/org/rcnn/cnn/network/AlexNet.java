package org.rcnn.cnn.network;

/**
 * AlexNet as torchvision defines it (Krizhevsky 2014, "one weird trick": no groups, no local
 * response normalisation), at R-CNN's 227 pixels: pool5 9,216, fc6 and fc7 4,096. 61 M parameters.
 *
 * <p>At 227 instead of torchvision's 224 pixels, conv1 gives 56 positions instead of 55, and the
 * maps after every pooling have the same size as at 224; so published weights fit unchanged.
 */
final class AlexNet {

  private AlexNet() {}

  static NetworkDefinition definition(int classes) {
    return NetworkDefinition.builder("alexnet", 227, 16, Preprocessing.torchvision())
        .convolution("conv1", 64, 11, 4, 2)
        .from("features.0")
        .maxPool("pool1", 3, 2, 0)
        .convolution("conv2", 192, 5, 1, 2)
        .from("features.3")
        .maxPool("pool2", 3, 2, 0)
        .convolution("conv3", 384, 3, 1, 1)
        .from("features.6")
        .convolution("conv4", 256, 3, 1, 1)
        .from("features.8")
        .convolution("conv5", 256, 3, 1, 1)
        .from("features.10")
        .maxPool("pool5", 3, 2, 0)
        .tap(Tap.POOL5)
        .dropout("drop5", 0.5f)
        .linear("fc6", 4096)
        .from("classifier.1")
        .tap(Tap.FC6)
        .dropout("drop6", 0.5f)
        .linear("fc7", 4096)
        .from("classifier.4")
        .tap(Tap.FC7)
        .scores("fc8", classes)
        .from("classifier.6")
        .build();
  }
}
