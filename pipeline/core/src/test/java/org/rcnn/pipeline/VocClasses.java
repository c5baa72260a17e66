package org.rcnn.pipeline;

import java.util.List;

/** The twenty classes of VOC2007. */
public final class VocClasses {

  /** Their names, in VOC's order. */
  public static final List<String> NAMES =
      List.of(
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "diningtable",
          "dog",
          "horse",
          "motorbike",
          "person",
          "pottedplant",
          "sheep",
          "sofa",
          "train",
          "tvmonitor");

  private VocClasses() {}
}
