package org.rcnn.cnn.network;

/**
 * ResNet-50 (He et al. 2016) as torchvision defines it, with the step of a block in its 3 x 3
 * convolution. 224 pixels, 25.6 M parameters. Batch normalisation is folded into the convolutions
 * on import; fine-tuning therefore keeps its statistics fixed, as detectors usually do.
 *
 * <p>Taps: pool5 is the output of the last block, 2,048 maps of 7 x 7, averaged over windows of 3 x
 * 3 in steps of 2 to 3 x 3 places: 18,432 values, beside the network's own path. fc7 is what the
 * scores are made of, the average of each map: 2,048 values. There is no fc6.
 */
final class ResNet50 {

  private static final int[] BLOCKS = {3, 4, 6, 3};
  private static final int EXPANSION = 4;

  private ResNet50() {}

  static NetworkDefinition definition(int classes) {
    DefinitionBuilder network =
        NetworkDefinition.builder("resnet50", 224, 16, Preprocessing.torchvision())
            .convolution("conv1", 64, 7, 2, 3)
            .fromNormalised("conv1", "bn1")
            .maxPool("pool1", 3, 2, 1);
    for (int layer = 0; layer < BLOCKS.length; layer++) {
      for (int i = 0; i < BLOCKS[layer]; i++) {
        int stride = layer > 0 && i == 0 ? 2 : 1;
        block(network, "layer" + (layer + 1) + "." + i, 64 << layer, stride);
      }
    }
    return network
        .tapAside(Tap.POOL5, last -> last.averagePool("pool5.average", 3, 2, 0))
        .globalAverage("avgpool")
        .tap(Tap.FC7)
        .scores("fc", classes)
        .build();
  }

  /** A bottleneck: 1 x 1, 3 x 3 and 1 x 1 convolution, and the shortcut. */
  private static void block(DefinitionBuilder network, String block, int width, int stride) {
    boolean sameShape = stride == 1 && network.channels() == EXPANSION * width;
    network
        .add(
            block,
            main ->
                main.convolution(block + ".conv1", width, 1, 1, 0)
                    .fromNormalised(block + ".conv1", block + ".bn1")
                    .convolution(block + ".conv2", width, 3, stride, 1)
                    .fromNormalised(block + ".conv2", block + ".bn2")
                    .bare(block + ".conv3", EXPANSION * width, 1, 1, 0)
                    .fromNormalised(block + ".conv3", block + ".bn3"),
            past -> {
              if (!sameShape) {
                past.bare(block + ".downsample", EXPANSION * width, 1, stride, 0)
                    .fromNormalised(block + ".downsample.0", block + ".downsample.1");
              }
            })
        .relu(block + ".relu");
  }
}
