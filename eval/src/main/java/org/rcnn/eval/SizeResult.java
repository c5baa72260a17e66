package org.rcnn.eval;

/**
 * How well the objects of one size were detected.
 *
 * @param size the size
 * @param positives the objects of that size
 * @param found those that a detection found, at any score
 * @param normalisedAp AP counting these objects alone, with the precision that the detector would
 *     have if they were as many as the whole class; so sizes can be compared although some hold a
 *     tenth of the objects and others four tenths. NaN if there are none
 */
public record SizeResult(ObjectSize size, int positives, int found, double normalisedAp) {}
