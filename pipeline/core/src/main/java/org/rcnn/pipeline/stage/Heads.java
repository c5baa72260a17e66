package org.rcnn.pipeline.stage;

import java.util.List;
import java.util.stream.Collectors;
import org.rcnn.pipeline.config.ConfigException;

/** The heads that the project knows by name. */
public final class Heads {

  /** One linear SVM per class, the paper's detector. */
  public static final Head SVM = new SvmHead();

  /** A softmax over classes and background (appendix B of the paper). */
  public static final Head SOFTMAX = new SoftmaxHead(false);

  /**
   * The same, trained on the layer's features even where a fine-tuned network has a softmax of its
   * own. For comparisons; no configuration names it.
   */
  public static final Head TRAINED_SOFTMAX = new SoftmaxHead(true);

  /** The scores of a fine-tuned network's own last layer, which are its softmax. */
  static final Head NETWORK = new NetworkHead();

  /** The heads that a configuration may name. */
  private static final List<Head> CHOICES = List.of(SVM, SOFTMAX);

  private Heads() {}

  /**
   * The head that a setting names.
   *
   * @param key the setting or option, for the message
   * @param label the head's name, in any case
   * @throws ConfigException if there is no such head
   */
  public static Head named(String key, String label) {
    return CHOICES.stream()
        .filter(head -> head.label().equalsIgnoreCase(label))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    "%s must be one of %s; it is %s."
                        .formatted(
                            key,
                            CHOICES.stream().map(Head::label).collect(Collectors.joining(", ")),
                            label)));
  }

  /** The head that a detector file names. */
  static Head ofFile(String label) {
    return label.equals(NETWORK.label()) ? NETWORK : named("the head", label);
  }
}
