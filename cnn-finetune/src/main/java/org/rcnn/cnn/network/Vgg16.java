package org.rcnn.cnn.network;

/**
 * VGG-16 (Simonyan and Zisserman 2015, configuration D), the paper's "O-Net": thirteen 3 x 3
 * convolutions between five poolings. 224 pixels, pool5 25,088, fc6 and fc7 4,096. 138 M
 * parameters. Layer names are those of its authors' Caffe model; torchvision's are known too.
 */
final class Vgg16 {

  private static final int[] CONVOLUTIONS = {2, 2, 3, 3, 3};
  private static final int[] CHANNELS = {64, 128, 256, 512, 512};

  private Vgg16() {}

  static NetworkDefinition definition(int classes) {
    DefinitionBuilder network =
        NetworkDefinition.builder("vgg16", 224, 16, Preprocessing.torchvision());
    int index = 0; // torchvision counts convolutions, ReLUs and poolings alike.
    for (int block = 0; block < CONVOLUTIONS.length; block++) {
      for (int i = 1; i <= CONVOLUTIONS[block]; i++) {
        network
            .convolution("conv" + (block + 1) + "_" + i, CHANNELS[block], 3, 1, 1)
            .from("features." + index);
        index += 2;
      }
      network.maxPool("pool" + (block + 1), 2, 2, 0);
      index++;
    }
    return network
        .tap(Tap.POOL5)
        .linear("fc6", 4096)
        .from("classifier.0")
        .tap(Tap.FC6)
        .dropout("drop6", 0.5f)
        .linear("fc7", 4096)
        .from("classifier.3")
        .tap(Tap.FC7)
        .dropout("drop7", 0.5f)
        .scores("fc8", classes)
        .from("classifier.6")
        .build();
  }
}
