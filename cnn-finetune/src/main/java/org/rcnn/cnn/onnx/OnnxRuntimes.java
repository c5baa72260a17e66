package org.rcnn.cnn.onnx;

import java.util.Set;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;

/**
 * Whether ONNX Runtime is there. It is large and optional: a program that wants it has {@code
 * com.microsoft.onnxruntime:onnxruntime} on its class path. No other class may be touched before
 * this one has been asked.
 */
public final class OnnxRuntimes {

  private OnnxRuntimes() {}

  /**
   * Opens a network in ONNX Runtime.
   *
   * @param wanted the taps that a pass returns
   * @throws IllegalArgumentException if the network lacks one of the taps
   * @throws IllegalStateException if ONNX Runtime is not there, or refuses the network
   */
  public static OnnxRuntimeNetwork open(
      NetworkDefinition definition, Weights weights, Set<Tap> wanted) {
    require();
    return new OnnxRuntimeNetwork(definition, weights, wanted);
  }

  /**
   * Refuses a program without ONNX Runtime.
   *
   * @throws IllegalStateException if it is not on the class path, or has no natives for this system
   */
  public static void require() {
    version();
  }

  /**
   * Its version.
   *
   * @throws IllegalStateException as {@link #require}
   */
  public static String version() {
    try {
      return OnnxRuntimeNetwork.version();
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "The execution onnx needs ONNX Runtime, which is not on the class path: start with"
              + " RCNN_PROFILES=onnx ./rcnn ..., or add com.microsoft.onnxruntime:onnxruntime to"
              + " your program.",
          e);
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "The execution onnx needs ONNX Runtime, whose natives cannot be loaded on this system: %s."
              .formatted(e.getCause() == null ? e.getMessage() : e.getCause().getMessage()),
          e);
    }
  }
}
