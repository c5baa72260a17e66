/**
 * Pictures of what a detector sees.
 *
 * <p>A table says how good a detector is; a picture says how it fails: a box around half a dog, two
 * boxes on one car, a cat where the annotation has none. {@link
 * org.rcnn.pipeline.draw.DetectionPainter} draws detections and ground truth on an image, {@link
 * org.rcnn.pipeline.draw.ClassColours} gives every class the same colour in every picture, and the
 * resulting {@link org.rcnn.pipeline.draw.Picture} becomes a file or bytes.
 *
 * <p>All of it works without a display. The JDK does need a font: on a bare Linux container,
 * install fontconfig and any one font.
 */
package org.rcnn.pipeline.draw;
