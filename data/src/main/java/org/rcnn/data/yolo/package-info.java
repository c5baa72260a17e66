/**
 * YOLO's text: one file for each image, one line for each object, boxes as fractions of the
 * picture.
 *
 * <p>In: {@link org.rcnn.data.yolo.YoloFolder} opens a folder of such files as a {@link
 * org.rcnn.data.dataset.Dataset}. Out: {@link org.rcnn.data.yolo.YoloWriter} writes lines.
 */
package org.rcnn.data.yolo;
