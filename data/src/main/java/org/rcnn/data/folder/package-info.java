/**
 * Labelled images for classification, to pre-train a backbone on.
 *
 * <p>Detection sets are small, so R-CNN first trains its network to name whole images, on a large
 * set in which each image has one label and no boxes. Such a set is a folder per class. {@link
 * org.rcnn.data.folder.ImageFolder} reads one from a folder or a zip, and {@link
 * org.rcnn.data.folder.PackedImages} decodes a split of it once to a fixed size, so that all epochs
 * read pixels at the speed of memory.
 *
 * <p>In: {@code train/CLASS/*} and {@code val/CLASS/*}, or {@code CLASS/*}. Out: a label from 0 to
 * classes − 1 and an {@link org.rcnn.data.RgbImage}, or {@code 3 · size · size} bytes in the order
 * row, column, channel.
 */
package org.rcnn.data.folder;
