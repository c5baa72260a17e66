package org.rcnn.eval;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a detector's errors are and what each kind costs, over all classes, by {@link
 * TideDiagnoser}.
 *
 * @param foregroundIou the overlap from which a detection matches an object
 * @param backgroundIou the overlap up to which a detection is on the background
 * @param detectionsPerImage the most detections used of an image, over all classes
 * @param ap TIDE's AP, from 0 to 1; NaN if there is neither an object nor a detection
 * @param counts the errors of each kind. Every kind is present
 * @param deltaAp what the AP would gain if all errors of one kind were mended, from 0 to 1. The
 *     gains of all kinds do not add up to the AP that is lacking. Every kind is present; NaN if
 *     mending leaves neither an object nor a detection
 * @param deltaApFalsePositives the gain if every false positive were ranked below every right
 *     detection
 * @param deltaApFalseNegatives the gain if the objects that are not found did not exist
 */
public record TideDiagnosis(
    double foregroundIou,
    double backgroundIou,
    int detectionsPerImage,
    double ap,
    Map<TideKind, Integer> counts,
    Map<TideKind, Double> deltaAp,
    double deltaApFalsePositives,
    double deltaApFalseNegatives) {

  /** Keeps its own copies. */
  public TideDiagnosis {
    counts = Collections.unmodifiableMap(new EnumMap<>(counts));
    deltaAp = Collections.unmodifiableMap(new EnumMap<>(deltaAp));
  }
}
