package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.svm.LinearModel;
import org.rcnn.svm.SoftmaxModel;

/** Class scores of regions, whichever head gives them. */
public sealed interface RegionHead {

  /**
   * The scores.
   *
   * @param values {@code rows x dimension} features, or network scores for {@link NetworkScores}
   * @return {@code rows x classes}, higher is likelier
   */
  float[] score(float[] values, int rows);

  /** The classes, in the order of the scores' columns. */
  List<String> classes();

  /**
   * One SVM per class; scores are signed distances to the margin.
   *
   * @param model the SVMs
   */
  record Svm(LinearModel model) implements RegionHead {
    @Override
    public float[] score(float[] values, int rows) {
      return model.score(values, rows);
    }

    @Override
    public List<String> classes() {
      return model.classes();
    }
  }

  /**
   * A softmax trained on frozen features; scores are probabilities.
   *
   * @param model the layer
   */
  record Softmax(SoftmaxModel model) implements RegionHead {
    @Override
    public float[] score(float[] values, int rows) {
      return model.score(values, rows);
    }

    @Override
    public List<String> classes() {
      return model.classes();
    }
  }

  /**
   * The network's own last layer, already computed; the softmax makes probabilities of it.
   *
   * @param classes the classes
   */
  record NetworkScores(List<String> classes) implements RegionHead {
    /** Keeps its own copy. */
    public NetworkScores {
      classes = List.copyOf(classes);
    }

    @Override
    public float[] score(float[] values, int rows) {
      return SoftmaxModel.ofScores(values, rows, classes.size());
    }
  }

  /** Reads an SVM head. */
  static RegionHead readSvm(Path file) throws IOException {
    return new Svm(LinearModel.read(file));
  }

  /** Reads a softmax head. */
  static RegionHead readSoftmax(Path file) throws IOException {
    return new Softmax(SoftmaxModel.read(file));
  }
}
