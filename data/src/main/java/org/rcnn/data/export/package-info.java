/**
 * Datasets and detections in the formats of other tools.
 *
 * <p>{@link org.rcnn.data.export.DatasetExport} writes any {@link org.rcnn.data.dataset.Dataset} as
 * a VOC development kit, as COCO's JSON or as YOLO's text; {@link
 * org.rcnn.data.export.DetectionExport} writes detections, so that they can be corrected by hand in
 * a labelling tool and trained on.
 */
package org.rcnn.data.export;
