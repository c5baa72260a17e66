package org.rcnn.cli.download;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.rcnn.pipeline.config.ConfigException;

/**
 * A weight file that its publisher offers for download, under the name of the network that it was
 * trained for.
 *
 * <p>All were trained on ImageNet's 1,000 classes. torchvision puts the first eight digits of a
 * file's SHA-256 at the end of its name.
 *
 * @param name the name by which users ask for it
 * @param networks the architectures that it fits
 * @param url its address
 * @param megabytes its size, rounded
 * @param publisher who offers it, and the licence
 * @param fineTuning settings that these networks need where the paper's, which are for AlexNet,
 *     would ruin them; dotted key to value
 */
public record PublishedWeights(
    String name,
    List<String> networks,
    URI url,
    int megabytes,
    String publisher,
    Map<String, String> fineTuning) {

  /** cnn-finetune/README.md, "A real ImageNet backbone", has the measurements. */
  private static final Map<String, String> LARGE_INPUTS_OF_THE_NEW_LAYER =
      Map.of(
          "finetune.phases",
          "[{layers: new, iterations: 400, rate: 0.0001},"
              + " {layers: all, iterations: 2200, rate: 0.0001, rate-drop-every: 1500}]",
          "finetune.new-weight-rate",
          "0.5",
          "finetune.new-bias-rate",
          "100");

  /**
   * The preset's rate is for alexnet64-fc1024; these networks are the paper's and its successors.
   */
  private static final Map<String, String> PAPERS_RATE =
      Map.of(
          "finetune.phases",
          "[{layers: fully-connected, iterations: 10000, rate: 0.001, rate-drop-every: 7500}]");

  /**
   * The scores are its only fully connected layer, and no feature is computed from those. So the
   * last of its four groups of blocks learns too, once the scores are in place. Not measured.
   */
  private static final Map<String, String> LAST_BLOCKS =
      Map.of(
          "finetune.phases",
          "[{layers: new, iterations: 2000, rate: 0.001},"
              + " {layers: [layer4.0.conv1, layer4.0.conv2, layer4.0.conv3, layer4.0.downsample,"
              + " layer4.1.conv1, layer4.1.conv2, layer4.1.conv3,"
              + " layer4.2.conv1, layer4.2.conv2, layer4.2.conv3, fc],"
              + " iterations: 1500, rate: 0.0003, rate-drop-every: 1000}]");

  private static final List<PublishedWeights> ALL =
      List.of(
          torchvision("alexnet-owt-7be5be79.pth", 233, PAPERS_RATE, "alexnet"),
          torchvision("vgg16-397923af.pth", 528, PAPERS_RATE, "vgg16"),
          torchvision(
              "squeezenet1_0-b66bff10.pth",
              5,
              LARGE_INPUTS_OF_THE_NEW_LAYER,
              "squeezenet1_0",
              "squeezenet1_0-131"),
          torchvision("resnet50-0676ba61.pth", 98, LAST_BLOCKS, "resnet50"));

  /** The first network is the one that the weights were trained for. */
  private static PublishedWeights torchvision(
      String file, int megabytes, Map<String, String> fineTuning, String... networks) {
    return new PublishedWeights(
        networks[0],
        List.of(networks),
        URI.create("https://download.pytorch.org/models/" + file),
        megabytes,
        "torchvision, BSD 3-Clause",
        fineTuning);
  }

  /** All that can be fetched. */
  public static List<PublishedWeights> all() {
    return ALL;
  }

  /** The weights of that name. */
  public static Optional<PublishedWeights> named(String name) {
    return ALL.stream().filter(weights -> weights.name.equals(name)).findFirst();
  }

  /** The weights for an architecture. */
  public static Optional<PublishedWeights> of(String architecture) {
    return ALL.stream().filter(weights -> weights.networks.contains(architecture)).findFirst();
  }

  /** The names of all, for messages. */
  public static String names() {
    return ALL.stream().map(PublishedWeights::name).collect(Collectors.joining(", "));
  }

  /** The file's name: the last part of its address. */
  public String file() {
    return url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
  }

  /**
   * What to download.
   *
   * @param option the option that gives the mirror, for messages
   * @param mirror the address of a folder that has the file too; null for the publisher's own
   * @throws ConfigException if the mirror is not an address of http or https
   */
  Download.Source source(String option, String mirror) {
    URI from =
        mirror == null
            ? url
            : Download.Source.address(option, mirror.replaceAll("/+$", "") + "/" + file());
    String digits = file().replaceAll(".*-|\\.pth$", "");
    return new Download.Source(from, -1, Checksum.beginningOfSha256(digits));
  }
}
