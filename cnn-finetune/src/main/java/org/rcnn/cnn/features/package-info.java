/**
 * From regions to feature vectors: the step that takes most of a detector's time.
 *
 * <p>{@link org.rcnn.cnn.features.FeatureExtractor} warps an image's regions, runs the network once
 * and returns every wanted layer: pool5, fc6 and fc7 of the paper's ablation, and the class scores.
 * In: an image and boxes. Out: {@code regions x dimension} floats for each tap. {@link
 * org.rcnn.cnn.features.HogExtractor} gives the features of the years before, for comparison.
 */
package org.rcnn.cnn.features;
