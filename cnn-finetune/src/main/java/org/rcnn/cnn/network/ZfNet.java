package org.rcnn.cnn.network;

/**
 * The network of Zeiler and Fergus, "Visualizing and understanding convolutional networks" (ECCV
 * 2014), figure 3: AlexNet with a finer first layer (7 pixels in steps of 2 instead of 11 in steps
 * of 4) and no groups. 224 pixels, pool5 9,216, fc6 and fc7 4,096. 62 M parameters.
 *
 * <p>As in the article, each of the first two layers is pooled and then normalised across maps. The
 * article does not give the normalisation's constants; CaffeNet's are used. Published Caffe
 * releases of this network differ among each other in borders and in the normalisation: an import
 * checks them layer by layer and reports them.
 */
final class ZfNet {

  private ZfNet() {}

  static NetworkDefinition definition(int classes) {
    return NetworkDefinition.builder("zfnet", 224, 16, Preprocessing.caffe())
        .convolution("conv1", 96, 7, 2, 1)
        .ceilMaxPool("pool1", 3, 2)
        .localResponseNorm("norm1")
        .convolution("conv2", 256, 5, 2, 0)
        .ceilMaxPool("pool2", 3, 2)
        .localResponseNorm("norm2")
        .convolution("conv3", 384, 3, 1, 1)
        .convolution("conv4", 384, 3, 1, 1)
        .convolution("conv5", 256, 3, 1, 1)
        .ceilMaxPool("pool5", 3, 2)
        .tap(Tap.POOL5)
        .linear("fc6", 4096)
        .tap(Tap.FC6)
        .dropout("drop6", 0.5f)
        .linear("fc7", 4096)
        .tap(Tap.FC7)
        .dropout("drop7", 0.5f)
        .scores("fc8", classes)
        .build();
  }
}
