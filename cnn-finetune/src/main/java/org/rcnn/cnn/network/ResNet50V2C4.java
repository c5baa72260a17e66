package org.rcnn.cnn.network;

/**
 * The first three stages of ResNet-50 v2 (He et al. 2016, "Identity mappings", normalisation and
 * ReLU before the convolutions), which detectors call C4, with two new fully connected layers in
 * place of the fourth stage. Layer names are Gluon's. 112 pixels.
 *
 * <p>Batch normalisation that follows a convolution is folded into it on import. What remains, at
 * the input and behind the additions, is an {@link Layer.Affine}, which training leaves alone.
 *
 * <p>Taps: pool5 is the third stage's output after the normalisation and the ReLU that begin the
 * fourth, averaged to 3 x 3 places: 9,216 values, on the way to the scores. fc6 and fc7 have 1,024.
 * So a training of fc6 and above needs the convolutions once for each region.
 */
final class ResNet50V2C4 {

  private static final int[] UNITS = {3, 4, 6};
  private static final int EXPANSION = 4;

  /** Pixels of the input from one place of the third stage's maps to the next. */
  private static final int STRIDE = 16;

  private static final int GRID = 3;
  private static final int WIDTH = 1024;

  private ResNet50V2C4() {}

  static NetworkDefinition definition(int classes) {
    return definition("resnet50v2_c4", 112, 8, classes);
  }

  /** The same layers on warps of 160 pixels, with the same share of context: twice the work. */
  static NetworkDefinition large(int classes) {
    return definition("resnet50v2_c4-160", 160, 11, classes);
  }

  private static NetworkDefinition definition(String name, int size, int context, int classes) {
    DefinitionBuilder network =
        NetworkDefinition.builder(name, size, context, Preprocessing.torchvision())
            .affine("batchnorm0")
            .convolution("conv0", 64, 7, 2, 3)
            .fromNormalised("conv0", "batchnorm1")
            .maxPool("pool0", 3, 2, 1);
    for (int stage = 0; stage < UNITS.length; stage++) {
      new Stage(network, "stage" + (stage + 1), 64 << stage).add(UNITS[stage], stage > 0 ? 2 : 1);
    }
    int side = size / STRIDE;
    int step = side / GRID;
    return network
        .affine("stage4_batchnorm0")
        .relu("stage4_batchnorm0.relu")
        .averagePool("pool5", side - (GRID - 1) * step, step, 0)
        .tap(Tap.POOL5)
        .linear("fc6", WIDTH)
        .tap(Tap.FC6)
        .dropout("drop6", 0.5f)
        .linear("fc7", WIDTH)
        .tap(Tap.FC7)
        .dropout("drop7", 0.5f)
        .scores("fc8", classes)
        .build();
  }

  /** Writes down a stage's units; Gluon counts its convolutions and normalisations through. */
  private static final class Stage {
    private final DefinitionBuilder network;
    private final String name;
    private final int width;
    private int convolutions;
    private int norms;

    Stage(DefinitionBuilder network, String name, int width) {
      this.network = network;
      this.name = name;
      this.width = width;
    }

    /** The first unit changes the shape and projects its activated input as the shortcut. */
    void add(int units, int stride) {
      activate(network);
      network.add(name + "_unit0", main -> residual(main, stride), past -> project(past, stride));
      for (int unit = 1; unit < units; unit++) {
        network.add(
            name + "_unit" + unit,
            main -> {
              activate(main);
              residual(main, 1);
            },
            past -> {});
      }
    }

    private void activate(DefinitionBuilder path) {
      String norm = name + "_batchnorm" + norms++;
      path.affine(norm).relu(norm + ".relu");
    }

    /** 1 x 1, 3 x 3 and 1 x 1 convolution; the first two are normalised. */
    private void residual(DefinitionBuilder path, int stride) {
      String reduce = convolution();
      path.convolution(reduce, width, 1, 1, 0).fromNormalised(reduce, norm());
      String middle = convolution();
      path.convolution(middle, width, 3, stride, 1).fromNormalised(middle, norm());
      String expand = convolution();
      path.bare(expand, EXPANSION * width, 1, 1, 0).fromUnbiased(expand);
    }

    private void project(DefinitionBuilder path, int stride) {
      String projection = convolution();
      path.bare(projection, EXPANSION * width, 1, stride, 0).fromUnbiased(projection);
    }

    private String convolution() {
      return name + "_conv" + convolutions++;
    }

    private String norm() {
      return name + "_batchnorm" + norms++;
    }
  }
}
