package org.rcnn.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.proposals.SelectiveSearch;
import org.rcnn.proposals.SelectiveSearchConfig;
import org.rcnn.svm.HeapMatrix;
import org.rcnn.svm.LinearModel;
import org.rcnn.svm.SvmSettings;
import org.rcnn.svm.SvmTrainer;
import org.rcnn.svm.TrainingImage;
import org.rcnn.svm.TrainingImages;

/**
 * One linear SVM for each class, with hard negatives mined, on features of one's own: here a
 * histogram of a region's colours. It needs {@code rcnn-svm-stage} and {@code
 * rcnn-region-proposals}. Arguments: DATA SPLIT MODEL.
 */
public final class SvmsOnOwnFeatures {

  /** Four levels of red, green and blue. */
  static final int DIMENSION = 64;

  private SvmsOnOwnFeatures() {}

  static LinearModel train(Path data, String split) throws IOException {
    Dataset dataset = DatasetFormats.installed().open(data);
    SelectiveSearch search =
        new SelectiveSearch(SelectiveSearchConfig.fast().toBuilder().maxBoxes(100).build());
    List<TrainingImage> images = new ArrayList<>();
    for (Annotation annotation : dataset.annotations(split)) {
      RgbImage image = ImageFiles.read(dataset.image(annotation.imageId()));
      List<Box> regions = new ArrayList<>();
      annotation.objects().forEach(object -> regions.add(object.box()));
      List<Box> proposals = search.propose(image);
      regions.addAll(proposals);
      images.add(TrainingImage.of(annotation, proposals, features(image, regions)));
    }
    List<String> classes =
        images.stream()
            .flatMap(image -> image.annotation().objects().stream())
            .map(GroundTruth::className)
            .distinct()
            .sorted()
            .toList();
    return SvmTrainer.train(
            TrainingImages.of(images),
            classes,
            SvmSettings.standard(1),
            HeapMatrix.ENGINE,
            1,
            SvmTrainer.Listener.SILENT)
        .model();
  }

  /** A row for each region, row after row: the share of its pixels that have each colour. */
  static float[] features(RgbImage image, List<Box> regions) {
    float[] rows = new float[regions.size() * DIMENSION];
    for (int row = 0; row < regions.size(); row++) {
      Box box = regions.get(row);
      for (int y = (int) box.yMin(); y < box.yMax(); y++) {
        for (int x = (int) box.xMin(); x < box.xMax(); x++) {
          int at = 3 * (y * image.width() + x);
          int red = (image.rgb()[at] & 0xff) / 64;
          int green = (image.rgb()[at + 1] & 0xff) / 64;
          int blue = (image.rgb()[at + 2] & 0xff) / 64;
          rows[row * DIMENSION + 16 * red + 4 * green + blue] += (float) (1 / box.area());
        }
      }
    }
    return rows;
  }

  /** Writes the model. */
  public static void main(String[] arguments) throws IOException {
    train(Path.of(arguments[0]), arguments[1]).write(Path.of(arguments[2]));
  }
}
