/**
 * What a network has learned, made visible: its first filters, what makes a unit respond, which
 * parts of a region carry a score, and how the classes lie in its features.
 *
 * <p>A mean average precision says that fine-tuning helps; these say what it changed. {@link
 * org.rcnn.pipeline.learned.FirstFilters} compares the weights of the first convolution, {@link
 * org.rcnn.pipeline.learned.UnitGallery} shows the regions that excite single units of pool5 most
 * (section 3.1 of the paper), {@link org.rcnn.pipeline.learned.OcclusionGallery} hides one part of
 * a region after the other (Zeiler and Fergus 2014), and {@link
 * org.rcnn.pipeline.learned.FeatureMap} lays objects out by their features. Each is computed from
 * an {@link org.rcnn.pipeline.stage.Experiment}, holds one image's features at a time, and gives
 * the same result for the same run.
 */
package org.rcnn.pipeline.learned;
