package org.rcnn.cnn.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The networks that are known by name: the project's own, and those that a program registers.
 *
 * <p>Each is one small file that lists its layers. To add one, write such a file, in any package,
 * and register it: a network of the project by a line here, another by a call of {@link #register}
 * before its name is used:
 *
 * <pre>{@code
 * public static NetworkDefinition definition(int classes) {
 *   return NetworkDefinition.builder("mynet", 227, 16, Preprocessing.torchvision())
 *       .convolution("conv1", 64, 11, 4, 2)   // and its ReLU
 *       .from("features.0")                   // the layer's name in other people's files
 *       .maxPool("pool5", 3, 2, 0)
 *       .tap(Tap.POOL5)                       // where features are taken
 *       .scores("fc8", classes)
 *       .build();
 * }
 *
 * Architectures.register("mynet", MyNet::definition);
 * }</pre>
 *
 * <table>
 * <caption>The networks, their inputs and their taps</caption>
 * <tr><th>name</th><th>pixels</th><th>pool5</th><th>fc6</th><th>fc7</th></tr>
 * <tr><td>alexnet</td><td>227</td><td>9,216</td><td>4,096</td><td>4,096</td></tr>
 * <tr><td>alexnet64</td><td>64</td><td>2,048</td><td>512</td><td>512</td></tr>
 * <tr><td>alexnet64-fc1024</td><td>64</td><td>2,048</td><td>1,024</td><td>1,024</td></tr>
 * <tr><td>caffenet</td><td>227</td><td>9,216</td><td>4,096</td><td>4,096</td></tr>
 * <tr><td>bvlc_alexnet</td><td>227</td><td>9,216</td><td>4,096</td><td>4,096</td></tr>
 * <tr><td>bvlc_alexnet-fc1024</td><td>227</td><td>9,216</td><td>1,024</td><td>1,024</td></tr>
 * <tr><td>zfnet</td><td>224</td><td>9,216</td><td>4,096</td><td>4,096</td></tr>
 * <tr><td>vgg16</td><td>224</td><td>25,088</td><td>4,096</td><td>4,096</td></tr>
 * <tr><td>squeezenet1_0, squeezenet1_0-caffe</td><td>227</td><td>18,432: the last fire module's
 * maps, pooled to 6 x 6</td><td>none</td><td>none</td></tr>
 * <tr><td>squeezenet1_0-131</td><td>131</td><td>4,608: the same, pooled to 3 x 3</td>
 * <td>none</td><td>none</td></tr>
 * <tr><td>resnet50</td><td>224</td><td>18,432: the last block's maps, averaged to 3 x 3</td>
 * <td>none</td><td>2,048: the averaged maps, which the scores are made of</td></tr>
 * <tr><td>resnet50v2_c4, resnet50v2_c4-160</td><td>112, 160</td><td>9,216: the third stage's maps,
 * averaged to 3 x 3</td><td>1,024</td><td>1,024</td></tr>
 * </table>
 */
public final class Architectures {

  private static final Map<String, IntFunction<NetworkDefinition>> KNOWN = new LinkedHashMap<>();

  /** Any number of classes, to look at a definition that is to be registered. */
  private static final int SOME_CLASSES = 2;

  static {
    register("alexnet", AlexNet::definition);
    register("alexnet64", AlexNet64::narrow);
    register("alexnet64-fc1024", AlexNet64::wide);
    register("caffenet", CaffeNet::definition);
    register("bvlc_alexnet", BvlcAlexNet::definition);
    register("bvlc_alexnet-fc1024", BvlcAlexNet::narrow);
    register("zfnet", ZfNet::definition);
    register("vgg16", Vgg16::definition);
    register("squeezenet1_0", SqueezeNet::definition);
    register("squeezenet1_0-caffe", SqueezeNet::caffe);
    register("squeezenet1_0-131", SqueezeNet::small);
    register("resnet50", ResNet50::definition);
    register("resnet50v2_c4", ResNet50V2C4::definition);
    register("resnet50v2_c4-160", ResNet50V2C4::large);
  }

  private Architectures() {}

  /**
   * Makes a network known by name in this process: to {@link #byName}, to the setting {@code
   * network.architecture}, and to the reader of detector files. Registering the same definition
   * again changes nothing. Safe for use by several threads.
   *
   * @param name the network's name, which its definition gives too
   * @param definition makes the network from its number of class scores, background included
   * @throws IllegalArgumentException if the name is blank, belongs to another network, or is not
   *     the definition's own, or the network gives another number of scores than it is asked for
   */
  public static void register(String name, IntFunction<NetworkDefinition> definition) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A network cannot be registered under a blank name.");
    }
    NetworkDefinition network = definition.apply(SOME_CLASSES);
    if (!network.name().equals(name)) {
      throw new IllegalArgumentException(
          "A network registered as '%s' calls itself '%s'; both names must be the same."
              .formatted(name, network.name()));
    }
    if (network.outputs() != SOME_CLASSES) {
      throw new IllegalArgumentException(
          "Network '%s' gives %d class scores when asked for %d."
              .formatted(name, network.outputs(), SOME_CLASSES));
    }
    IntFunction<NetworkDefinition> other;
    synchronized (KNOWN) {
      other = KNOWN.putIfAbsent(name, definition);
    }
    if (other != null && !other.apply(SOME_CLASSES).equals(network)) {
      throw new IllegalArgumentException(
          "There is another network '%s' already; register this one under another name."
              .formatted(name));
    }
  }

  /** The names that {@link #byName} takes, in the order in which they were registered. */
  public static List<String> names() {
    synchronized (KNOWN) {
      return List.copyOf(KNOWN.keySet());
    }
  }

  /**
   * The network of that name with a number of class scores.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists the names
   */
  public static NetworkDefinition byName(String name, int classes) {
    IntFunction<NetworkDefinition> definition;
    synchronized (KNOWN) {
      definition = KNOWN.get(name);
    }
    if (definition == null) {
      throw new IllegalArgumentException(
          "There is no network '%s'; choose one of %s."
              .formatted(name, String.join(", ", names())));
    }
    return definition.apply(classes);
  }
}
