package org.rcnn.spark;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.rcnn.data.store.Encoding;
import org.rcnn.spark.ClusterModel.Stage;

/**
 * The hours and the disk that a set of images takes on n machines, as a table in Markdown: by the
 * formula of {@link ClusterModel}, and by {@link ClusterSimulation} with machines of unequal speed.
 *
 * <p>Run it with rates of your own: {@code java -cp ... org.rcnn.spark.ScalingTable [proposal
 * seconds per image] [regions per second]}, both of one core.
 */
public final class ScalingTable {

  private static final int[] EXECUTORS = {1, 2, 4, 8, 16, 32, 64, 125, 250, 500, 1000};
  private static final int CORES_EACH = 4;
  private static final int REGIONS = 2000;

  /** pool5, fc6 and fc7 of AlexNet. */
  private static final int[] DIMENSIONS = {9216, 4096, 4096};

  /** Shares of values that are not zero, as runs plan their disk. */
  private static final double[] SHARES = {0.6, 0.4, 0.4};

  private final ClusterModel model;
  private final ClusterSimulation uneven;
  private final ClusterSimulation speculative;

  ScalingTable(ClusterModel model) {
    this.model = model;
    this.uneven = new ClusterSimulation(model, 0.15, 0.02, 3, false);
    this.speculative = new ClusterSimulation(model, 0.15, 0.02, 3, true);
  }

  /**
   * The stages that a cluster takes over, of a set of images.
   *
   * @param images how many
   * @param proposals seconds per image of one core
   * @param regionsPerSecond through the network, of one core
   */
  static List<Stage> stages(int images, double proposals, double regionsPerSecond) {
    double pool5 = bytes(0);
    double later = bytes(1) + bytes(2);
    // The fully connected layers have half of AlexNet's products at a tenth of its time per batch.
    double seconds = REGIONS / regionsPerSecond;
    return List.of(
        new Stage("proposals", images, proposals, 8.0 * REGIONS, 0),
        new Stage("features", images, 0.9 * seconds, pool5, 0),
        new Stage("later features", images, 0.1 * seconds, later, 0));
  }

  private static double bytes(int tap) {
    return REGIONS * Encoding.SPARSE_FP16.rowBytes(DIMENSIONS[tap], SHARES[tap]);
  }

  /** The table of a set of images. */
  String text(String name, int images, double proposals, double regionsPerSecond) {
    List<Stage> stages = stages(images, proposals, regionsPerSecond);
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            "%s: %,d images, %,d parts, %.2f TB of stores and as much of parts%n%n",
            name,
            images,
            stages.get(0).parts(),
            ClusterModel.bytes(stages) / 2e12));
    table.append(
        "| executors of "
            + CORES_EACH
            + " cores | formula, h | uneven machines, h | with speculation, h | efficiency |\n"
            + "| ---: | ---: | ---: | ---: | ---: |\n");
    double one = 0;
    for (int executors : EXECUTORS) {
      double plain = model.seconds(stages, executors * CORES_EACH);
      double again = simulated(speculative, stages, executors);
      one = one == 0 ? again : one;
      table.append(
          String.format(
              Locale.ROOT,
              "| %,d | %.2f | %.2f | %.2f | %.0f %% |%n",
              executors,
              plain / 3600,
              simulated(uneven, stages, executors) / 3600,
              again / 3600,
              100 * one / (executors * again)));
    }
    return table.toString();
  }

  private static double simulated(ClusterSimulation simulation, List<Stage> stages, int executors) {
    double seconds = 0;
    for (Stage stage : stages) {
      seconds += simulation.run(stage, executors, CORES_EACH, 1).seconds();
    }
    return seconds;
  }

  /**
   * Prints the tables of VOC2007 and ILSVRC2013.
   *
   * @param arguments rates to use instead of the usual ones, in the order of the class comment
   */
  public static void main(String[] arguments) {
    print(System.out, arguments);
  }

  static void print(PrintStream out, String... arguments) {
    double proposals = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 0.16;
    double regions = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 119;
    ScalingTable table = new ScalingTable(new ClusterModel(0.05, 0.002, 0.005, 400e6));
    out.println(table.text("VOC2007", 9_963, proposals, regions));
    out.println(table.text("ILSVRC2013 detection", 395_909, proposals, regions));
  }
}
