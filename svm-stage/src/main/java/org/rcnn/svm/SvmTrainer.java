package org.rcnn.svm;

import java.io.IOException;
import java.util.List;

/** Trains one linear SVM for each class with hard-negative mining. */
public final class SvmTrainer {

  private SvmTrainer() {}

  /** What a caller may watch. Called from the training thread, in a fixed order. */
  public interface Listener {
    /** An image was processed; {@code pass} names what for. */
    default void image(String pass, int done, int of) {}

    /** A class was trained. */
    default void round(Round round) {}
  }

  /** Trains. */
  public static SvmTraining train(
      TrainingImages images,
      List<String> classes,
      SvmSettings settings,
      MatrixEngine engine,
      int threads,
      Listener listener)
      throws IOException {
    throw new UnsupportedOperationException("Training follows.");
  }
}
