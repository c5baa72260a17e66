package org.rcnn.cnn.network;

import org.rcnn.cnn.network.Preprocessing.ColourOrder;

/**
 * AlexNet as Krizhevsky et al. 2012 have it and Caffe's model zoo publishes it, {@code
 * bvlc_alexnet}: {@link CaffeNet} with local response normalisation before the pooling instead of
 * behind it. 227 pixels, pool5 9,216, fc6 and fc7 4,096. 61 M parameters, CaffeNet's.
 */
final class BvlcAlexNet {

  private BvlcAlexNet() {}

  /** The published network. */
  static NetworkDefinition definition(int classes) {
    return definition("bvlc_alexnet", 4096, classes);
  }

  /**
   * With fc6 and fc7 of 1,024 values: 13 instead of 61 M parameters, where training the published
   * width from its convolutions alone takes more memory or images than there are.
   */
  static NetworkDefinition narrow(int classes) {
    return definition("bvlc_alexnet-fc1024", 1024, classes);
  }

  private static NetworkDefinition definition(String name, int width, int classes) {
    Preprocessing bvlc =
        new Preprocessing(ColourOrder.BGR, new float[] {104, 116.7f, 122.7f}, 1, false);
    return NetworkDefinition.builder(name, 227, 16, bvlc)
        .convolution("conv1", 96, 11, 4, 0)
        .localResponseNorm("norm1")
        .ceilMaxPool("pool1", 3, 2)
        .grouped("conv2", 256, 5, 1, 2, 2)
        .localResponseNorm("norm2")
        .ceilMaxPool("pool2", 3, 2)
        .convolution("conv3", 384, 3, 1, 1)
        .grouped("conv4", 384, 3, 1, 1, 2)
        .grouped("conv5", 256, 3, 1, 1, 2)
        .ceilMaxPool("pool5", 3, 2)
        .tap(Tap.POOL5)
        .linear("fc6", width)
        .tap(Tap.FC6)
        .dropout("drop6", 0.5f)
        .linear("fc7", width)
        .tap(Tap.FC7)
        .dropout("drop7", 0.5f)
        .scores("fc8", classes)
        .build();
  }
}
