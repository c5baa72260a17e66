/**
 * COCO's JSON: one file describes many images, its boxes are x, y, width and height.
 *
 * <p>In: {@link org.rcnn.data.coco.CocoFolder} opens a folder with such files as a {@link
 * org.rcnn.data.dataset.Dataset}. Out: {@link org.rcnn.data.coco.CocoWriter} writes annotations and
 * detections.
 */
package org.rcnn.data.coco;
