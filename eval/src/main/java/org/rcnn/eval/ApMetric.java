package org.rcnn.eval;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The ways of turning a precision/recall curve into one number. */
public enum ApMetric {
  /**
   * VOC2007: the mean, over the eleven recalls 0, 0.1, …, 1, of the best precision at that recall
   * or beyond. The metric of the R-CNN paper's VOC2007 tables; follows {@code VOCevaldet.m} of the
   * VOC2007 devkit.
   */
  VOC07("voc07", "VOC2007 AP (11 points)"),

  /**
   * VOC2010 and later: the area under the curve whose precision is made monotone from the right;
   * follows {@code VOCap.m} of the VOC2010 devkit.
   */
  AREA("area", "VOC2010 AP (area under the curve)"),

  /**
   * COCO's AP: the mean over the ten IoU thresholds 0.50, 0.55, …, 0.95 of a 101-point interpolated
   * AP.
   *
   * <p>An approximation, since VOC annotations lack what COCO's have. Followed from pycocotools: a
   * detection takes the best object of its image <em>not yet taken</em> (VOC looks at taken ones
   * too, and calls the detection a duplicate), objects that count come before those that do not, at
   * most 100 detections per image and class enter, precision is made monotone and read at 101
   * recalls. Different: VOC's difficult objects play the part of COCO's crowd regions (any number
   * of detections on one count neither way) but their overlap is IoU, not intersection over
   * detection; there is one area range, all; ties are broken by split order, not by numeric image
   * id.
   */
  COCO("coco", "COCO AP (IoU .50:.05:.95)");

  private final String key;
  private final String title;

  ApMetric(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /** The name used on the command line and in JSON: {@code voc07}, {@code area}, {@code coco}. */
  public String key() {
    return key;
  }

  /** The name used in headings. */
  public String title() {
    return title;
  }

  /**
   * The metric of a key.
   *
   * @throws IllegalArgumentException if there is none; the message lists the keys
   */
  public static ApMetric ofKey(String key) {
    for (ApMetric metric : values()) {
      if (metric.key.equals(key.toLowerCase(Locale.ROOT))) {
        return metric;
      }
    }
    throw new IllegalArgumentException(
        "There is no metric \"%s\"; choose one of %s."
            .formatted(
                key, Arrays.stream(values()).map(ApMetric::key).collect(Collectors.joining(", "))));
  }
}
