package org.rcnn.cnn.weights;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.network.Weights;

/** An opened weight file of some format, its values not yet read. */
interface TensorFile {

  /** Its tensors, in the file's order. */
  List<WeightSource.Entry> entries();

  /** What it says about its tensors; empty for formats without notes. */
  default Map<String, String> notes() {
    return Map.of();
  }

  /** What it says about its layers; empty for formats that do not describe them. */
  default List<SourceLayer> layers() {
    return List.of();
  }

  /** Reads the values of every tensor of real numbers; others are left out. */
  Weights read() throws IOException;
}
