/**
 * What can be set, and how it is read.
 *
 * <p>{@link org.rcnn.pipeline.config.PipelineConfig} is one tree of immutable records. {@link
 * org.rcnn.pipeline.config.ConfigLoader} builds it from {@code defaults.yaml}, where every key is
 * explained, a preset or a file, and single settings of the command line; what does not exist or
 * lies outside its range is refused by name ({@link org.rcnn.pipeline.config.ConfigException}).
 */
package org.rcnn.pipeline.config;
