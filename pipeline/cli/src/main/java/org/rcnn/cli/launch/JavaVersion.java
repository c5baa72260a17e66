package org.rcnn.cli.launch;

/** Which versions of Java the program runs on. */
final class JavaVersion {

  private static final int OLDEST = 17;

  private JavaVersion() {}

  /**
   * Why a Java cannot run the program, in a sentence; empty if it can.
   *
   * @param specification the value of {@code java.specification.version}, such as 1.8 or 17
   * @param home the value of {@code java.home}
   */
  static String objection(String specification, String home) {
    String number = specification.startsWith("1.") ? specification.substring(2) : specification;
    int version;
    try {
      version = Integer.parseInt(number);
    } catch (NumberFormatException e) {
      // A scheme of the future: it is newer.
      return "";
    }
    return version >= OLDEST
        ? ""
        : String.format(
            "R-CNN needs Java %d or newer, and this is Java %d in %s. Install a newer one, and set"
                + " JAVA_HOME to it or start with its own bin/java.",
            OLDEST, version, home);
  }
}
