package org.rcnn.cnn.network;

/**
 * The paper's network, Caffe's version of Krizhevsky et al. 2012: second, fourth and fifth
 * convolution in two groups of channels, local response normalisation, and pooling before
 * normalisation, which is where it differs from the original. 227 pixels, pool5 9,216, fc6 and fc7
 * 4,096. 61 M parameters. Layer names are those of {@code bvlc_reference_caffenet} and of the
 * authors' models.
 */
final class CaffeNet {

  private CaffeNet() {}

  static NetworkDefinition definition(int classes) {
    return NetworkDefinition.builder("caffenet", 227, 16, Preprocessing.caffe())
        .convolution("conv1", 96, 11, 4, 0)
        .ceilMaxPool("pool1", 3, 2)
        .localResponseNorm("norm1")
        .grouped("conv2", 256, 5, 1, 2, 2)
        .ceilMaxPool("pool2", 3, 2)
        .localResponseNorm("norm2")
        .convolution("conv3", 384, 3, 1, 1)
        .grouped("conv4", 384, 3, 1, 1, 2)
        .grouped("conv5", 256, 3, 1, 1, 2)
        .ceilMaxPool("pool5", 3, 2)
        .tap(Tap.POOL5)
        .linear("fc6", 4096)
        .tap(Tap.FC6)
        .dropout("drop6", 0.5f)
        .linear("fc7", 4096)
        .tap(Tap.FC7)
        .dropout("drop7", 0.5f)
        .scores("fc8", classes)
        .from("fc8_pascal")
        .build();
  }
}
