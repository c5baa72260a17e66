package org.rcnn.cnn.network;

import org.rcnn.cnn.network.Preprocessing.ColourOrder;

/**
 * AlexNet's shape for 64-pixel inputs and two CPU cores: five convolutions, pool5 of 128 x 4 x 4 =
 * 2,048 values, fc6 and fc7 of 512 or 1,024. 2.3 M or 4.2 M parameters; 75 M or 77 M
 * multiplications an image.
 *
 * <p>The context of 5 pixels is the paper's 16 of 227 at this size.
 */
final class AlexNet64 {

  private AlexNet64() {}

  static NetworkDefinition narrow(int classes) {
    return definition("alexnet64", 512, classes);
  }

  /** The default: its fc7 is better than the narrow one's, before and after fine-tuning. */
  static NetworkDefinition wide(int classes) {
    return definition("alexnet64-fc1024", 1024, classes);
  }

  private static NetworkDefinition definition(String name, int width, int classes) {
    Preprocessing imagenet =
        new Preprocessing(
            ColourOrder.RGB, new float[] {123.675f, 116.28f, 103.53f}, 1 / 57.4f, true);
    return NetworkDefinition.builder(name, 64, 5, imagenet)
        .convolution("conv1", 64, 5, 2, 2)
        .maxPool("pool1", 3, 2, 1)
        .convolution("conv2", 128, 3, 1, 1)
        .maxPool("pool2", 3, 2, 1)
        .convolution("conv3", 192, 3, 1, 1)
        .convolution("conv4", 192, 3, 1, 1)
        .convolution("conv5", 128, 3, 1, 1)
        .maxPool("pool5", 3, 2, 1)
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
