package org.rcnn.pipeline.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.eval.ApMetric;

/**
 * The figures that the R-CNN paper gives for its ablation: Girshick et al., arXiv 1311.2524v5,
 * Table 2, VOC2007 test, AP in per cent. Its networks were pre-trained on ILSVRC 2012 and trained
 * on all 5,011 images of VOC2007 trainval; it tested on all 4,952 test images.
 */
final class PaperTable {

  private static final List<String> CLASSES =
      List.of(
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "diningtable",
          "dog",
          "horse",
          "motorbike",
          "person",
          "pottedplant",
          "sheep",
          "sofa",
          "train",
          "tvmonitor");

  private static final Map<String, PaperRow> ROWS = rows();

  private PaperTable() {}

  /**
   * A row of the paper.
   *
   * @param meanAp its mAP as printed, a fraction
   * @param ap of each class, a fraction
   */
  record PaperRow(double meanAp, Map<String, Double> ap) {}

  private static Map<String, PaperRow> rows() {
    Map<String, PaperRow> rows = new LinkedHashMap<>();
    rows.put(
        "pool5",
        row(
            44.2, 51.8, 60.2, 36.4, 27.8, 23.2, 52.8, 60.6, 49.2, 18.3, 47.8, 44.3, 40.8, 56.6,
            58.7, 42.4, 23.4, 46.1, 36.7, 51.3, 55.7));
    rows.put(
        "fc6",
        row(
            46.2, 59.3, 61.8, 43.1, 34.0, 25.1, 53.1, 60.6, 52.8, 21.7, 47.8, 42.7, 47.8, 52.5,
            58.5, 44.6, 25.6, 48.3, 34.0, 53.1, 58.0));
    rows.put(
        "fc7",
        row(
            44.7, 57.6, 57.9, 38.5, 31.8, 23.7, 51.2, 58.9, 51.4, 20.0, 50.5, 40.9, 46.0, 51.6,
            55.9, 43.3, 23.3, 48.1, 35.3, 51.0, 57.4));
    rows.put(
        "FT pool5",
        row(
            47.3, 58.2, 63.3, 37.9, 27.6, 26.1, 54.1, 66.9, 51.4, 26.7, 55.5, 43.4, 43.1, 57.7,
            59.0, 45.8, 28.1, 50.8, 40.6, 53.1, 56.4));
    rows.put(
        "FT fc6",
        row(
            53.1, 63.5, 66.0, 47.9, 37.7, 29.9, 62.5, 70.2, 60.2, 32.0, 57.9, 47.0, 53.5, 60.1,
            64.2, 52.2, 31.3, 55.0, 50.0, 57.7, 63.0));
    rows.put(
        "FT fc7",
        row(
            54.2, 64.2, 69.7, 50.0, 41.9, 32.0, 62.6, 71.0, 60.7, 32.7, 58.5, 46.5, 56.1, 60.6,
            66.8, 54.2, 31.5, 52.8, 48.9, 57.9, 64.7));
    rows.put(
        "FT fc7 BB",
        row(
            58.5, 68.1, 72.8, 56.8, 43.0, 36.8, 66.3, 74.2, 67.6, 34.4, 63.5, 54.5, 61.2, 69.1,
            68.6, 58.7, 33.4, 62.9, 51.1, 62.5, 64.8));
    return rows;
  }

  private static PaperRow row(double meanAp, double... percent) {
    Map<String, Double> ap = new LinkedHashMap<>();
    for (int c = 0; c < CLASSES.size(); c++) {
      ap.put(CLASSES.get(c), percent[c] / 100);
    }
    return new PaperRow(meanAp / 100, ap);
  }

  /** The paper's row of a name; empty for a variant that it does not have. */
  static Optional<PaperRow> row(String name) {
    return Optional.ofNullable(ROWS.get(name));
  }

  /**
   * Whether the paper's figures may stand beside a run's: images are those of VOC2007, or some of
   * them, and scored as the paper does.
   *
   * @param data the folder of the images, as the run names it
   * @param classes the classes that were scored
   * @param metric how AP was computed
   */
  static boolean isBeside(String data, Collection<String> classes, ApMetric metric) {
    Path folder = Path.of(data);
    boolean named =
        folder.getFileName() != null && folder.getFileName().toString().equals("VOC2007");
    return metric == ApMetric.VOC07
        && CLASSES.containsAll(classes)
        && (named || Files.isDirectory(folder.resolve("VOC2007")));
  }
}
