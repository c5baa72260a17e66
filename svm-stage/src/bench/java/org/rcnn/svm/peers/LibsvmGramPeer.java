package org.rcnn.svm.peers;

import java.util.List;
import libsvm.svm_node;
import libsvm.svm_parameter;
import org.rcnn.data.matrix.FeatureMatrix;
import org.rcnn.data.matrix.MatrixEngine;

/**
 * LIBSVM with a precomputed kernel: one product by our engine, then nodes, each shared by a row and
 * a column, because a Gram matrix is symmetric.
 */
public final class LibsvmGramPeer extends LibsvmPeer {

  /** The peer. */
  public LibsvmGramPeer() {
    super(svm_parameter.PRECOMPUTED);
  }

  @Override
  public String name() {
    return "LIBSVM precomputed";
  }

  @Override
  svm_node[][] nodes(List<float[]> rows, int dimension, MatrixEngine engine) {
    int n = rows.size();
    float[] products;
    try (FeatureMatrix matrix = engine.matrix(dimension, n)) {
      rows.forEach(row -> matrix.append(row, 1));
      products = matrix.timesTransposed(matrix);
    }
    svm_node[][] nodes = new svm_node[n][n + 1];
    for (int i = 0; i < n; i++) {
      // LIBSVM finds a kernel value by the serial number at the start of the row.
      nodes[i][0] = new svm_node();
      nodes[i][0].value = i + 1;
      for (int j = 0; j <= i; j++) {
        svm_node node = new svm_node();
        node.value = products[i * n + j];
        nodes[i][j + 1] = node;
        nodes[j][i + 1] = node;
      }
    }
    return nodes;
  }
}
