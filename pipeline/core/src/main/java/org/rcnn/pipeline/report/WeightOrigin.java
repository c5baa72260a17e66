package org.rcnn.pipeline.report;

import java.util.regex.Pattern;

/**
 * Where the weights come from that a network started from, and on what terms, as far as a run can
 * know.
 *
 * @param source what they are
 * @param licence their licence, or a dash and why it is not known
 */
record WeightOrigin(String source, String licence) {

  /** torchvision ends its files' names with the first eight digits of their SHA-256. */
  private static final Pattern TORCHVISION = Pattern.compile("[a-z0-9_-]+-[0-9a-f]{8}\\.pth");

  /**
   * The origin of a run's weights.
   *
   * @param setting the value of {@code network.weights}
   */
  static WeightOrigin of(String setting) {
    return switch (setting) {
      case "embedded" ->
          new WeightOrigin(
              "the embedded weights, pre-trained on 60,000 images of 200 ImageNet classes at 64"
                  + " pixels",
              "Apache-2.0, as the program; the images that they learned from have terms of their"
                  + " own");
      case "none" -> new WeightOrigin("none: random values", "needs none");
      default -> ofFile(setting.replaceFirst(".*[/\\\\]", ""));
    };
  }

  private static WeightOrigin ofFile(String name) {
    return TORCHVISION.matcher(name).matches()
        ? new WeightOrigin(
            "the file %s, by its name torchvision's, pre-trained on ImageNet's 1,000 classes"
                .formatted(name),
            "BSD 3-Clause, if the file is what its name says; the images that it learned from have"
                + " terms of their own")
        : new WeightOrigin(
            "the file %s".formatted(name), "— (weight files do not say; ask who made this one)");
  }
}
