package org.rcnn.data.export;

import org.rcnn.data.Labelled;

/** The formats that a dataset can be written in. */
public enum ExportFormat implements Labelled {
  /** A VOC development kit: one XML file an image, lists of splits. */
  VOC,
  /** COCO: one JSON file a split. */
  COCO,
  /** YOLO: one text file an image, lists of splits, {@code data.yaml}. */
  YOLO
}
