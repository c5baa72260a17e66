package org.rcnn.svm.peers;

import java.util.List;
import libsvm.svm_node;
import libsvm.svm_parameter;
import org.rcnn.data.matrix.MatrixEngine;

/** LIBSVM with its linear kernel on the features; only values that are not 0 become nodes. */
public final class LibsvmLinearPeer extends LibsvmPeer {

  /** The peer. */
  public LibsvmLinearPeer() {
    super(svm_parameter.LINEAR);
  }

  @Override
  public String name() {
    return "LIBSVM linear";
  }

  @Override
  svm_node[][] nodes(List<float[]> rows, int dimension, MatrixEngine engine) {
    svm_node[][] nodes = new svm_node[rows.size()][];
    for (int i = 0; i < nodes.length; i++) {
      float[] row = rows.get(i);
      int count = 0;
      for (float value : row) {
        count += value != 0 ? 1 : 0;
      }
      nodes[i] = new svm_node[count];
      int at = 0;
      for (int k = 0; k < dimension; k++) {
        if (row[k] != 0) {
          svm_node node = new svm_node();
          node.index = k + 1;
          node.value = row[k];
          nodes[i][at++] = node;
        }
      }
    }
    return nodes;
  }
}
