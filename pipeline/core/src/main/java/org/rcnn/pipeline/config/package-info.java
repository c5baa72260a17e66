/**
 * What can be set, and how it is read.
 *
 * <p>{@link org.rcnn.pipeline.config.PipelineConfig} is one tree of immutable records with the
 * shape of the YAML files. {@link org.rcnn.pipeline.config.ConfigLoader} builds it from {@code
 * defaults.yaml}, where every key is explained beside the paper's value, then a preset or a file,
 * then single settings of the command line. A key that does not exist, or a value out of range, is
 * refused by name ({@link org.rcnn.pipeline.config.ConfigException}).
 *
 * <p>A setting has one name: the key in YAML, the component here, and the component of the settings
 * record in the module where it acts, such as {@link org.rcnn.svm.MiningSettings}. A section's
 * method {@code settings} makes that record, which knows the bounds. Enums stand in the
 * configuration by their labels ({@link org.rcnn.data.Labelled}).
 */
package org.rcnn.pipeline.config;
