package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.JobRunner;
import org.rcnn.svm.ScoresAhead;
import org.rcnn.svm.TrainingImage;

/** Scores training images with the run's {@link JobRunner}, while the SVMs mine their negatives. */
final class JobScores implements ScoresAhead {

  private final HeadTraining training;
  private final StoredFeatures images;
  private final int atOnce;
  private final Map<String, Sample> samples;

  private JobScores(HeadTraining training, StoredFeatures images, int atOnce) {
    this.training = training;
    this.images = images;
    this.atOnce = atOnce;
    this.samples = training.features().set().byId();
  }

  /** The scores of a training, if the run's images are worked on elsewhere and this is wanted. */
  static Optional<ScoresAhead> of(HeadTraining training, StoredFeatures images) {
    int atOnce = training.run().elsewhere().map(JobRunner::imagesAhead).orElse(0);
    return atOnce > 0 ? Optional.of(new JobScores(training, images, atOnce)) : Optional.empty();
  }

  @Override
  public int atOnce() {
    return atOnce;
  }

  @Override
  public TrainingImage regions(String imageId) throws IOException {
    Regions regions = images.regions(imageId);
    return new TrainingImage(
        imageId, regions.boxes(), regions.groundTruth(), regions.annotation(), new float[0]);
  }

  @Override
  public void features(String imageId, int[] rows, float[] into) throws IOException {
    images.read(imageId, rows, into);
  }

  /** Ends a job whose other results are not wanted. */
  private static final class Enough extends IOException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void products(List<String> imageIds, float[] weights, int classes, Sink sink)
      throws IOException {
    Path store =
        FeatureStage.store(training.features().at(training.layer()).place(), training.layer());
    ProductJob job =
        ProductJob.of(
            training.features().at(training.layer()).hash(),
            training.config(),
            store,
            classes,
            weights);
    int[] left = {imageIds.size()};
    try {
      training
          .run()
          .work(
              job,
              imageIds.stream().map(samples::get).toList(),
              0,
              List.of(),
              (image, output) -> {
                left[0]--;
                if (!sink.take(ProductJob.products(output)) && left[0] > 0) {
                  throw new Enough();
                }
              });
    } catch (Enough e) {
      // The others are of a model that is no more.
      return;
    }
  }
}
