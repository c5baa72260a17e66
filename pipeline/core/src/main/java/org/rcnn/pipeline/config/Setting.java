package org.rcnn.pipeline.config;

/**
 * A setting as a user reads of it.
 *
 * @param key its dotted key, such as {@code svm.negative-iou}
 * @param type what value it takes, in words
 * @param value its default as YAML in one line
 * @param meaning what it does and where its default comes from, from the comments of {@code
 *     defaults.yaml}
 */
public record Setting(String key, String type, String value, String meaning) {}
