package org.rcnn.cnn.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The networks that the project knows by name.
 *
 * <p>Each is one small file that lists its layers. To add one, write such a file and put it into
 * the list here:
 *
 * <pre>{@code
 * static NetworkDefinition definition(int classes) {
 *   return NetworkDefinition.builder("mynet", 227, 16, Preprocessing.torchvision())
 *       .convolution("conv1", 64, 11, 4, 2)   // and its ReLU
 *       .from("features.0")                   // the layer's name in other people's files
 *       .maxPool("pool5", 3, 2, 0)
 *       .tap(Tap.POOL5)                       // where features are taken
 *       .scores("fc8", classes)
 *       .build();
 * }
 * }</pre>
 *
 * <table>
 * <caption>The networks, their inputs and their taps</caption>
 * <tr><th>name</th><th>pixels</th><th>pool5</th><th>fc6</th><th>fc7</th></tr>
 * <tr><td>alexnet</td><td>227</td><td>9,216</td><td>4,096</td><td>4,096</td></tr>
 * <tr><td>alexnet64</td><td>64</td><td>2,048</td><td>512</td><td>512</td></tr>
 * <tr><td>caffenet</td><td>227</td><td>9,216</td><td>4,096</td><td>4,096</td></tr>
 * <tr><td>zfnet</td><td>224</td><td>9,216</td><td>4,096</td><td>4,096</td></tr>
 * <tr><td>vgg16</td><td>224</td><td>25,088</td><td>4,096</td><td>4,096</td></tr>
 * <tr><td>squeezenet1_0, squeezenet1_0-caffe</td><td>227</td><td>18,432: the last fire module's
 * maps, pooled to 6 x 6</td><td>none</td><td>none</td></tr>
 * <tr><td>squeezenet1_0-131</td><td>131</td><td>4,608: the same, pooled to 3 x 3</td>
 * <td>none</td><td>none</td></tr>
 * <tr><td>resnet50</td><td>224</td><td>18,432: the last block's maps, averaged to 3 x 3</td>
 * <td>none</td><td>2,048: the averaged maps, which the scores are made of</td></tr>
 * </table>
 */
public final class Architectures {

  private static final Map<String, IntFunction<NetworkDefinition>> KNOWN = known();

  private Architectures() {}

  private static Map<String, IntFunction<NetworkDefinition>> known() {
    Map<String, IntFunction<NetworkDefinition>> known = new LinkedHashMap<>();
    known.put("alexnet", AlexNet::definition);
    known.put("alexnet64", AlexNet64::definition);
    known.put("caffenet", CaffeNet::definition);
    known.put("zfnet", ZfNet::definition);
    known.put("vgg16", Vgg16::definition);
    known.put("squeezenet1_0", SqueezeNet::definition);
    known.put("squeezenet1_0-caffe", SqueezeNet::caffe);
    known.put("squeezenet1_0-131", SqueezeNet::small);
    known.put("resnet50", ResNet50::definition);
    return Collections.unmodifiableMap(known);
  }

  /** The names that {@link #byName} takes. */
  public static List<String> names() {
    return List.copyOf(KNOWN.keySet());
  }

  /**
   * The network of that name with a number of class scores.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists the names
   */
  public static NetworkDefinition byName(String name, int classes) {
    IntFunction<NetworkDefinition> definition = KNOWN.get(name);
    if (definition == null) {
      throw new IllegalArgumentException(
          "There is no network '%s'; choose one of %s."
              .formatted(name, String.join(", ", names())));
    }
    return definition.apply(classes);
  }

  /** torchvision's AlexNet at R-CNN's 227 pixels. */
  public static NetworkDefinition alexnet(int classes) {
    return AlexNet.definition(classes);
  }

  /** AlexNet's shape for 64-pixel inputs and two CPU cores. */
  public static NetworkDefinition alexnet64(int classes) {
    return AlexNet64.definition(classes);
  }
}
