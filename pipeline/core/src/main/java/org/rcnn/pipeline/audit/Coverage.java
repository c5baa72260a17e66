package org.rcnn.pipeline.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.proposals.SelectiveSearch;

/**
 * Which objects proposals cover, measured by searching pictures. An object that no proposal covers
 * cannot be found, however well the detector learns. Difficult objects do not count.
 *
 * @param search the settings that were measured
 * @param images how many pictures were searched
 * @param boxes the mean number of proposals of a picture
 * @param recall the best overlaps, also for fewer proposals than the settings ask for
 */
public record Coverage(Proposals search, int images, double boxes, ProposalRecall recall) {

  /**
   * The objects of a class.
   *
   * @param objects how many were looked at
   * @param missed50 the share, from 0 to 1, that no proposal covers at an IoU of 0.5
   * @param missed70 at an IoU of 0.7
   * @param abo the average best overlap
   */
  public record ClassCoverage(int objects, double missed50, double missed70, double abo) {

    private static ClassCoverage of(List<Double> overlaps) {
      return new ClassCoverage(
          overlaps.size(),
          missed(overlaps, 0.5),
          missed(overlaps, 0.7),
          overlaps.stream().mapToDouble(Double::doubleValue).average().orElse(0));
    }

    private boolean isBetterThan(ClassCoverage other) {
      return missed50 < other.missed50 || missed70 < other.missed70;
    }

    private static double missed(List<Double> overlaps, double iou) {
      return overlaps.stream().filter(overlap -> overlap < iou).count() / (double) overlaps.size();
    }
  }

  /**
   * Some of a dataset's pictures that have an object that counts and can be read, spread evenly
   * over the order of their ids.
   *
   * @param most how many at most
   */
  public static List<String> sample(Dataset dataset, DatasetAudit audit, int most) {
    List<String> usable =
        audit.annotations().entrySet().stream()
            .filter(entry -> entry.getValue().objects().stream().anyMatch(o -> !o.difficult()))
            .map(Map.Entry::getKey)
            .filter(id -> isReadable(dataset, id))
            .toList();
    if (usable.size() <= most) {
      return usable;
    }
    List<String> spread = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      spread.add(usable.get((int) ((long) i * usable.size() / most)));
    }
    return spread;
  }

  private static boolean isReadable(Dataset dataset, String id) {
    try {
      ImageFiles.header(ImageFiles.bytesOf(dataset.image(id)), id);
      return true;
    } catch (IOException e) {
      // The audit has told.
      return false;
    }
  }

  /**
   * Searches pictures. All boxes of the mode are looked for, so that {@link #classes(int)} can say
   * what more of them would cover.
   *
   * @param ids pictures of the audit's dataset
   * @param search the settings of the search
   * @param exif whether pictures are turned upright
   * @param threads the most pictures searched at the same time
   * @throws IOException if a picture cannot be decoded
   */
  public static Coverage measure(
      Dataset dataset,
      DatasetAudit audit,
      List<String> ids,
      Proposals search,
      ExifOrientation exif,
      int threads,
      Progress progress)
      throws IOException {
    SelectiveSearch all = new SelectiveSearch(search.searchOfAllBoxes(1));
    ProposalRecall recall = new ProposalRecall();
    OrderedWork.<String, List<Box>>forEach(
        ids,
        threads,
        id -> all.propose(ImageFiles.read(dataset.image(id), exif)),
        (id, boxes) -> {
          Annotation annotation = audit.annotations().get(id);
          recall.add(annotation, boxes);
          progress.step();
        });
    int most = search.classified();
    return new Coverage(search, ids.size(), recall.resultAt(most).windowsPerImage(), recall);
  }

  /** The classes with the number of boxes that the settings ask for, sorted by name. */
  public Map<String, ClassCoverage> classes() {
    return classes(search.classified());
  }

  /** The classes if only the first {@code most} boxes of each picture counted. */
  public Map<String, ClassCoverage> classes(int most) {
    Map<String, ClassCoverage> classes = new LinkedHashMap<>();
    recall
        .bestOverlaps(most)
        .forEach((name, overlaps) -> classes.put(name, ClassCoverage.of(overlaps)));
    return Collections.unmodifiableMap(classes);
  }

  /**
   * The same measurement with another number of boxes; no more than the search gave are known.
   *
   * @param other settings that differ in the number of boxes alone
   */
  public Coverage with(Proposals other) {
    return new Coverage(
        other, images, recall.resultAt(other.classified()).windowsPerImage(), recall);
  }

  /** Whether other settings leave fewer objects of some class without a proposal. */
  public boolean isImprovedBy(Coverage other) {
    Map<String, ClassCoverage> better = other.classes();
    return classes().entrySet().stream()
        .anyMatch(entry -> better.get(entry.getKey()).isBetterThan(entry.getValue()));
  }
}
