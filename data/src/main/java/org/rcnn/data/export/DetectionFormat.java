package org.rcnn.data.export;

import org.rcnn.data.Labelled;

/** The formats that detections can be written in. */
public enum DetectionFormat implements Labelled {
  /** A folder with one VOC XML file an image, to correct by hand and train on; without scores. */
  VOC,
  /** A results file of COCO's, JSON. */
  COCO,
  /** A folder with one text file of YOLO's an image, scores last, and {@code classes.txt}. */
  YOLO,
  /** A table with a header; corners 1-based and inclusive, as VOC's. */
  CSV
}
