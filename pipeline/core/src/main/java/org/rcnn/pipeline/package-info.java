/**
 * R-CNN as a library: load a trained detector, find objects, close it.
 *
 * <p>{@link org.rcnn.pipeline.Detector} is the whole entry point. Training is a command ({@code
 * rcnn run}) or, in Java, an {@link org.rcnn.pipeline.stage.Experiment}. In: an RGB image. Out: a
 * list of {@link org.rcnn.data.Detection}.
 */
package org.rcnn.pipeline;
