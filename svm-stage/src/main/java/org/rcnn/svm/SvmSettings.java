package org.rcnn.svm;

import org.rcnn.data.Check;

/**
 * Everything that decides what SVM training computes.
 *
 * @param samples which regions are positives and negatives
 * @param solver the optimisation problem
 * @param mining how hard negatives are found
 * @param scaleImages how many images the {@link FeatureScale} is measured on, at least 1
 * @param seed decides the order of images and every random choice
 */
public record SvmSettings(
    SampleSettings samples,
    SolverSettings solver,
    MiningSettings mining,
    int scaleImages,
    long seed) {

  /** Refuses missing parts and an empty sample. */
  public SvmSettings {
    Check.given("samples", samples);
    Check.given("solver", solver);
    Check.given("mining", mining);
    Check.atLeast("scale-images", scaleImages, 1);
  }

  /** The project's design: negatives below IoU 0.7. */
  public static SvmSettings standard(long seed) {
    return new SvmSettings(
        SampleSettings.standard(), SolverSettings.paper(), MiningSettings.paper(), 200, seed);
  }

  /** The paper's: negatives below IoU 0.3. */
  public static SvmSettings paper(long seed) {
    return new SvmSettings(
        SampleSettings.paper(), SolverSettings.paper(), MiningSettings.paper(), 200, seed);
  }
}
