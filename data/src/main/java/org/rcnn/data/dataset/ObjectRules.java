package org.rcnn.data.dataset;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What makes an annotated object unusable, the same in every format. A problem is the end of a
 * sentence that begins with the object, such as "has no area, 50,50..50,50".
 */
public final class ObjectRules {

  /**
   * The longest class name in bytes of UTF-8. Result files are named after classes, with up to 55
   * further bytes, and file systems allow 255.
   */
  public static final int LONGEST_NAME = 200;

  /** Largest accepted coordinate: beyond it is a typing error, and sums could overflow. */
  private static final double FARTHEST = 1e9;

  /** Result files and folders of crops are named after classes. */
  private static final Pattern UNFIT_FOR_A_FILE = Pattern.compile("[/\\\\\\p{Cc}]");

  private ObjectRules() {}

  /** What is wrong with a class name; empty if it is fit to name files. */
  public static Optional<String> nameProblem(String name) {
    if (name.isEmpty()) {
      return Optional.of("has no name");
    }
    if (name.matches("\\.{1,2}") || UNFIT_FOR_A_FILE.matcher(name).find()) {
      return Optional.of("has a class name that cannot be part of a file name");
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    return bytes <= LONGEST_NAME
        ? Optional.empty()
        : Optional.of(
            "has a class name of %d bytes, too long for a file name (at most %d)"
                .formatted(bytes, LONGEST_NAME));
  }

  /**
   * What is wrong with a box, in the numbers of its file; empty if it is usable.
   *
   * @param corners xmin, ymin, xmax and ymax, all finite
   */
  public static Optional<String> boxProblem(double... corners) {
    if (Arrays.stream(corners).anyMatch(corner -> Math.abs(corner) > FARTHEST)) {
      return Optional.of("has a coordinate beyond 1,000,000,000");
    }
    String place =
        "%s,%s..%s,%s"
            .formatted(plain(corners[0]), plain(corners[1]), plain(corners[2]), plain(corners[3]));
    if (corners[2] < corners[0] || corners[3] < corners[1]) {
      return Optional.of("has swapped corners, " + place);
    }
    if (corners[2] == corners[0] || corners[3] == corners[1]) {
      return Optional.of("has no area, " + place);
    }
    return Optional.empty();
  }

  /** The class name for a sentence, shortened if it is long. */
  public static String shown(String name) {
    return name.length() <= 60 ? name : name.substring(0, 60) + "...";
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
