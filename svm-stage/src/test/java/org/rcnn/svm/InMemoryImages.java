package org.rcnn.svm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

/** Training images made by hand. */
final class InMemoryImages implements TrainingImages {

  private final Map<String, TrainingImage> images = new LinkedHashMap<>();
  private int loads;

  /** Adds an image: its objects are the first regions; features are listed region by region. */
  InMemoryImages add(
      String id, List<GroundTruth> objects, List<Box> proposals, float[]... features) {
    List<Box> regions = new ArrayList<>(objects.stream().map(GroundTruth::box).toList());
    regions.addAll(proposals);
    int dimension = features.length == 0 ? 0 : features[0].length;
    float[] flat = new float[features.length * dimension];
    for (int i = 0; i < features.length; i++) {
      System.arraycopy(features[i], 0, flat, i * dimension, dimension);
    }
    images.put(
        id,
        new TrainingImage(
            id, regions, objects.size(), new Annotation(id, 500, 500, objects), flat));
    return this;
  }

  static GroundTruth object(String className, Box box) {
    return new GroundTruth(className, box, false, false);
  }

  static GroundTruth difficult(String className, Box box) {
    return new GroundTruth(className, box, true, false);
  }

  @Override
  public List<String> imageIds() {
    return List.copyOf(images.keySet());
  }

  @Override
  public TrainingImage load(String imageId) {
    loads++;
    return images.get(imageId);
  }

  int loads() {
    return loads;
  }
}
