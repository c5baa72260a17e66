package org.rcnn.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.rcnn.data.Labelled;

/**
 * The twelve figures with which COCO describes a detector, by {@link CocoEvaluator}. Each is a
 * fraction from 0 to 1, averaged over the classes that have an object that counts for it; NaN if
 * none has (pycocotools writes -1).
 *
 * @param difficult what difficult objects stand for
 * @param ap the mean over the ten overlaps 0.50, 0.55, …, 0.95
 * @param ap50 AP at overlap 0.50
 * @param ap75 AP at overlap 0.75
 * @param apSmall AP of objects of at most 32² pixels
 * @param apMedium AP of objects from 32² to 96² pixels
 * @param apLarge AP of objects of at least 96² pixels
 * @param ar1 average recall, the mean over the ten overlaps, with one detection per image and class
 * @param ar10 average recall with ten
 * @param ar100 average recall with a hundred, as every other figure here
 * @param arSmall average recall of objects of at most 32² pixels
 * @param arMedium average recall of objects from 32² to 96² pixels
 * @param arLarge average recall of objects of at least 96² pixels
 * @param apByClass {@code ap} of each class that has an object that counts
 */
public record CocoSummary(
    Difficult difficult,
    double ap,
    double ap50,
    double ap75,
    double apSmall,
    double apMedium,
    double apLarge,
    double ar1,
    double ar10,
    double ar100,
    double arSmall,
    double arMedium,
    double arLarge,
    Map<String, Double> apByClass) {

  /** What stands for VOC's difficult objects, which COCO does not know. */
  public enum Difficult implements Labelled {
    /**
     * Crowd regions: any number of detections may lie on one, and their overlap is the share of
     * their own area. What converters to COCO's format mostly write.
     */
    CROWDS(
        "Difficult objects are COCO's crowds: a detection at least half of whose own area lies on"
            + " one counts neither way. VOC asks for IoU 0.5 with it."),
    /**
     * Objects that count neither way, by plain IoU, each for one detection, as COCO treats those
     * outside an area range.
     */
    IGNORED(
        "Difficult objects are ignored as COCO ignores objects outside an area range: the best"
            + " detection on one counts neither way, a second one is wrong. In VOC none of them"
            + " counts.");

    private final String caveat;

    Difficult(String caveat) {
      this.caveat = caveat;
    }

    /** A sentence on how this differs from VOC. */
    public String caveat() {
      return caveat;
    }
  }

  /** Keeps its own copy, in its order. */
  public CocoSummary {
    Objects.requireNonNull(difficult, "difficult");
    apByClass = Collections.unmodifiableMap(new LinkedHashMap<>(apByClass));
  }

  /** The twelve figures by the names that papers use, in pycocotools' order. */
  public Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("AP", ap);
    figures.put("AP50", ap50);
    figures.put("AP75", ap75);
    figures.put("APsmall", apSmall);
    figures.put("APmedium", apMedium);
    figures.put("APlarge", apLarge);
    figures.put("AR1", ar1);
    figures.put("AR10", ar10);
    figures.put("AR100", ar100);
    figures.put("ARsmall", arSmall);
    figures.put("ARmedium", arMedium);
    figures.put("ARlarge", arLarge);
    return figures;
  }
}
