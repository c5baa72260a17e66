package org.rcnn.pipeline.learned;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.warp.RegionWarper;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.draw.DetectionPainter;
import org.rcnn.pipeline.draw.HeatPicture;
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.pipeline.draw.RegionCrop;
import org.rcnn.pipeline.learned.Verdict.Judged;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.svm.RegionScorer;

/**
 * Which parts of a region raise its class's score, on a few detections that are right and a few
 * that are wrong, for one row of the ablation table or several side by side.
 *
 * <p>Detections are those of the last row, the surest of each class first, so that the wrong ones
 * are those that it is most mistaken about. Boxes are taken before box regression: the score
 * belongs to the region that the network saw. A detection takes {@code 1 + CELLS * CELLS} passes of
 * the network for each row, 197 at present: with AlexNet some seconds of one core.
 *
 * @param rows the rows that are compared, by name
 * @param squareShare side of the grey square, as a share of the input's
 * @param detections the right ones first
 */
public record OcclusionGallery(List<String> rows, double squareShare, List<Hidden> detections) {

  /** Detections of either kind. */
  private static final int EACH = 3;

  private static final int CELLS = 14;
  private static final double SQUARE = 0.25;
  private static final int CROP_SIDE = 224;
  private static final int PHOTO_SIDE = 320;

  /**
   * A detection with parts hidden.
   *
   * @param imageId its image
   * @param detection the class, the score in the last row and the box in the image's pixels
   * @param right whether it found an object
   * @param verdict what it is on, in a few words
   * @param photo the image with the detection
   * @param region the region as the network sees it
   * @param maps for each row, how the score falls
   * @param pictures for each row, the map over the region
   */
  public record Hidden(
      String imageId,
      Detection detection,
      boolean right,
      String verdict,
      Picture photo,
      Picture region,
      List<HeatMap> maps,
      List<Picture> pictures) {

    /** Keeps its own copies. */
    public Hidden {
      maps = List.copyOf(maps);
      pictures = List.copyOf(pictures);
    }
  }

  /** Keeps its own copies. */
  public OcclusionGallery {
    rows = List.copyOf(rows);
    detections = List.copyOf(detections);
  }

  /**
   * The gallery of rows; heads and detections that it needs are computed now unless they exist.
   *
   * @param rows at least one; whether they have box regression does not matter
   * @throws IOException if a stage fails or an image cannot be read
   */
  public static OcclusionGallery of(Experiment experiment, List<Row> rows) throws IOException {
    List<Row> plain =
        rows.stream()
            .map(row -> new Row(row.finetuned(), row.layer(), row.head(), false))
            .distinct()
            .toList();
    List<Candidate> chosen = choose(experiment, plain.get(plain.size() - 1));
    NetworkDefinition network = experiment.backbone().definition();
    List<List<HeatMap>> byRow = new ArrayList<>();
    for (Row row : plain) {
      byRow.add(maps(experiment, row, network, chosen));
    }
    List<Hidden> hidden = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i++) {
      int at = i;
      hidden.add(draw(chosen.get(i), network, byRow.stream().map(maps -> maps.get(at)).toList()));
    }
    return new OcclusionGallery(plain.stream().map(Row::label).toList(), SQUARE, hidden);
  }

  private record Candidate(Sample image, Judged judged) {
    String className() {
      return judged.detection().className();
    }

    double score() {
      return judged.detection().score();
    }
  }

  private static List<Candidate> choose(Experiment experiment, Row row) throws IOException {
    Map<String, List<Detection>> found = new Evidence(experiment).detections(row);
    List<Candidate> all = new ArrayList<>();
    for (Sample image : experiment.run().test().samples()) {
      for (Judged judged :
          Verdict.of(found.getOrDefault(image.id(), List.of()), image.annotation())) {
        all.add(new Candidate(image, judged));
      }
    }
    all.sort(Comparator.comparingDouble(Candidate::score).reversed());
    return Stream.of(true, false)
        .flatMap(
            right ->
                surest(all.stream().filter(one -> one.judged().verdict().right() == right).toList())
                    .stream())
        .toList();
  }

  /** The first of each class, then the second of each, and so on; at most one of an image. */
  private static List<Candidate> surest(List<Candidate> byScore) {
    List<Candidate> chosen = new ArrayList<>();
    Set<String> images = new HashSet<>();
    boolean more = true;
    while (more && chosen.size() < EACH) {
      more = false;
      Set<String> classes = new HashSet<>();
      for (Candidate candidate : byScore) {
        boolean fresh =
            !classes.contains(candidate.className()) && !images.contains(candidate.image().id());
        if (fresh && chosen.size() < EACH) {
          classes.add(candidate.className());
          images.add(candidate.image().id());
          chosen.add(candidate);
          more = true;
        }
      }
    }
    return chosen;
  }

  private static List<HeatMap> maps(
      Experiment experiment, Row row, NetworkDefinition network, List<Candidate> chosen)
      throws IOException {
    Run run = experiment.run();
    Tap tap = row.effectiveHead().tap(row.layer());
    RegionScorer scorer = experiment.scorer(row);
    int size = network.inputSize();
    Occlusion occlusion = new Occlusion(size, CELLS, (int) Math.round(SQUARE * size));
    List<HeatMap> maps = new ArrayList<>();
    try (FeatureExtractor extractor = experiment.extractor(row.finetuned(), Set.of(tap));
        Progress progress = run.monitor().start("occlusion", chosen.size(), "regions")) {
      OrderedWork.<Candidate, HeatMap>forEach(
          chosen,
          run.config().effectiveThreads(),
          candidate -> {
            TorchEngine.useThreads(1);
            int column = scorer.classes().indexOf(candidate.className());
            return occlusion.of(
                input(candidate, network),
                (count, inputs) -> {
                  float[] values = extractor.extract(count, inputs).at(tap);
                  return column(scorer.score(values, count), scorer.classes().size(), column);
                });
          },
          (candidate, map) -> {
            maps.add(map);
            progress.step();
          });
    }
    return maps;
  }

  private static float[] input(Candidate candidate, NetworkDefinition network) throws IOException {
    float[] input = new float[3 * network.inputSize() * network.inputSize()];
    RgbImage image = ImageFiles.read(candidate.image().image());
    try (RegionWarper warper = new RegionWarper(image, network)) {
      warper.warp(warper.geometry(candidate.judged().detection().box()), false, input, 0);
    }
    return input;
  }

  private static float[] column(float[] scores, int classes, int column) {
    float[] of = new float[scores.length / classes];
    for (int row = 0; row < of.length; row++) {
      of[row] = scores[row * classes + column];
    }
    return of;
  }

  private static Hidden draw(Candidate candidate, NetworkDefinition network, List<HeatMap> maps)
      throws IOException {
    RgbImage image = ImageFiles.read(candidate.image().image());
    Detection detection = candidate.judged().detection();
    Picture region = RegionCrop.of(image, detection.box(), network, CROP_SIDE);
    return new Hidden(
        candidate.image().id(),
        detection,
        candidate.judged().verdict().right(),
        candidate.judged().verdict().sentence(),
        small(new DetectionPainter().paint(image, List.of(detection))),
        region,
        maps,
        maps.stream()
            .map(
                map ->
                    HeatPicture.of(
                        region,
                        map.drops(),
                        map.cells(),
                        Math.max(Float.MIN_NORMAL, map.largestChange())))
            .toList());
  }

  private static Picture small(Picture photo) {
    double scale = Math.min(1, PHOTO_SIDE / (double) Math.max(photo.width(), photo.height()));
    return photo.resize(
        Math.max(1, (int) Math.round(scale * photo.width())),
        Math.max(1, (int) Math.round(scale * photo.height())));
  }
}
