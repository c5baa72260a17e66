package org.rcnn.proposals;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

/**
 * Measures how well proposals cover annotated objects, image by image.
 *
 * <p>For each object that is not marked difficult, the best overlap (IoU) of any proposal is kept;
 * everything reported follows from these. Images without such objects count for the number of
 * windows only. Not thread-safe: propose on many threads, add on one, in a fixed order.
 *
 * <p>Proposals come best first, so {@link #resultAt} can give the measures for fewer proposals of
 * each image.
 */
public final class ProposalRecall {

  /** Overlaps of each class's objects with the proposals that improved on all before them. */
  private final SortedMap<String, List<List<Step>>> steps = new TreeMap<>();

  private final List<Integer> windows = new ArrayList<>();

  /** The proposal at this place is the first with this overlap. */
  private record Step(int place, double overlap) {}

  /** Adds one image's proposals and annotation. */
  public void add(Annotation annotation, List<Box> proposals) {
    windows.add(proposals.size());
    for (GroundTruth object : annotation.objects()) {
      if (!object.difficult()) {
        steps
            .computeIfAbsent(object.className(), name -> new ArrayList<>())
            .add(stepsOf(object.box(), proposals));
      }
    }
  }

  private static List<Step> stepsOf(Box object, List<Box> proposals) {
    List<Step> found = new ArrayList<>();
    double best = 0;
    int place = 0;
    for (Box proposal : proposals) {
      double overlap = object.iou(proposal);
      if (overlap > best) {
        best = overlap;
        found.add(new Step(place, overlap));
      }
      place++;
    }
    return found;
  }

  /** The measures over all images added so far. */
  public Result result() {
    return resultAt(Integer.MAX_VALUE);
  }

  /** The measures if only the first {@code most} proposals of each image counted. */
  public Result resultAt(int most) {
    Map<String, Double> abo = new LinkedHashMap<>();
    List<Double> all = new ArrayList<>();
    bestOverlaps(most)
        .forEach(
            (name, overlaps) -> {
              abo.put(name, mean(overlaps));
              all.addAll(overlaps);
            });
    return new Result(
        windows.size(),
        windows.stream().mapToInt(count -> Math.min(count, most)).average().orElse(0),
        mean(abo.values()),
        mean(all),
        abo,
        List.copyOf(all));
  }

  /**
   * The best overlap of each object, by class in alphabetical order, if only the first {@code most}
   * proposals of each image counted.
   */
  public SortedMap<String, List<Double>> bestOverlaps(int most) {
    SortedMap<String, List<Double>> overlaps = new TreeMap<>();
    steps.forEach(
        (name, objects) ->
            overlaps.put(name, objects.stream().map(steps -> bestWithin(steps, most)).toList()));
    return overlaps;
  }

  private static double bestWithin(List<Step> steps, int most) {
    double best = 0;
    for (Step step : steps) {
      if (step.place < most) {
        best = step.overlap;
      }
    }
    return best;
  }

  private static double mean(Collection<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /**
   * How well proposals cover the objects of a set of images.
   *
   * @param images number of images
   * @param windowsPerImage mean number of proposals
   * @param mabo mean over classes of the average best overlap (Uijlings et al., section 5); 0
   *     without objects
   * @param meanBestOverlap mean best overlap over all objects, whatever their class
   * @param abo average best overlap of each class that has objects, in alphabetical order
   * @param bestOverlaps the best overlap of each object, class by class
   */
  public record Result(
      int images,
      double windowsPerImage,
      double mabo,
      double meanBestOverlap,
      Map<String, Double> abo,
      List<Double> bestOverlaps) {

    /** Number of objects, difficult ones not counted. */
    public int objects() {
      return bestOverlaps.size();
    }

    /**
     * The share of objects with a proposal that overlaps them by at least {@code iou}; 0 without
     * objects.
     */
    public double recallAt(double iou) {
      return bestOverlaps.isEmpty()
          ? 0
          : bestOverlaps.stream().filter(overlap -> overlap >= iou).count()
              / (double) bestOverlaps.size();
    }
  }
}
