package org.rcnn.eval;

/**
 * How well the objects of one aspect were detected.
 *
 * @param aspect the aspect
 * @param positives the objects of that aspect
 * @param found those that a detection found, at any score
 * @param normalisedAp AP counting these objects alone, normalised as in {@link SizeResult}; NaN if
 *     there are none
 */
public record AspectResult(ObjectAspect aspect, int positives, int found, double normalisedAp) {}
