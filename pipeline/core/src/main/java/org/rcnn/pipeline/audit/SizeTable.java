package org.rcnn.pipeline.audit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.rcnn.data.Annotation;
import org.rcnn.data.GroundTruth;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.proposals.SelectiveSearchConfig;

/**
 * How large pictures and objects are, and how large objects are when selective search sees them.
 *
 * @param longer the longer sides of the pictures, in pixels
 * @param shorter their shorter sides
 * @param minSide what counts as small: the side below which the search drops boxes
 * @param classes the objects by class, sorted by name; difficult ones included
 */
public record SizeTable(
    Quantiles longer, Quantiles shorter, int minSide, Map<String, ClassSizes> classes) {

  /**
   * The objects of a class, by the shorter sides of their boxes.
   *
   * @param objects how many there are
   * @param inPicture in pixels of the picture
   * @param atSearch in pixels at the size of the search
   * @param below the share of objects, from 0 to 1, that are smaller than {@code minSide} there
   */
  public record ClassSizes(int objects, Quantiles inPicture, Quantiles atSearch, double below) {}

  /** Keeps its own copy. */
  public SizeTable {
    classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
  }

  /**
   * Measures annotations.
   *
   * @param annotations with the pictures' sizes; those without a size are left out
   * @param search the settings of the search
   * @throws IllegalArgumentException if no annotation has a size
   */
  public static SizeTable of(Collection<Annotation> annotations, Proposals search) {
    List<Annotation> sized = sized(annotations);
    SelectiveSearchConfig config = search.settings(0);
    SortedMap<String, double[]> inPicture = new TreeMap<>();
    shorterSides(sized).forEach((name, sides) -> inPicture.put(name, pixels(sides, null)));
    Map<String, ClassSizes> classes = new LinkedHashMap<>();
    shorterSides(sized)
        .forEach(
            (name, sides) -> {
              double[] atSearch = pixels(sides, config);
              long below = countBelow(atSearch, search.minSide());
              classes.put(
                  name,
                  new ClassSizes(
                      sides.size(),
                      Quantiles.of(inPicture.get(name)),
                      Quantiles.of(atSearch),
                      below / (double) sides.size()));
            });
    return new SizeTable(
        Quantiles.of(sized.stream().mapToDouble(a -> Math.max(a.width(), a.height())).toArray()),
        Quantiles.of(sized.stream().mapToDouble(a -> Math.min(a.width(), a.height())).toArray()),
        search.minSide(),
        classes);
  }

  /** The shorter side of an object's box, and the picture that it is in. */
  record Side(double pixels, int width, int height) {}

  static List<Annotation> sized(Collection<Annotation> annotations) {
    return annotations.stream().filter(a -> a.width() > 0 && a.height() > 0).toList();
  }

  /** The shorter sides of all objects by class. */
  static SortedMap<String, List<Side>> shorterSides(List<Annotation> sized) {
    SortedMap<String, List<Side>> sides = new TreeMap<>();
    for (Annotation picture : sized) {
      for (GroundTruth object : picture.objects()) {
        double side = Math.min(object.box().width(), object.box().height());
        sides
            .computeIfAbsent(object.className(), name -> new ArrayList<>())
            .add(new Side(side, picture.width(), picture.height()));
      }
    }
    return sides;
  }

  /** The sides in pixels at the size of a search, or of the picture if there is none. */
  static double[] pixels(List<Side> sides, SelectiveSearchConfig search) {
    return sides.stream()
        .mapToDouble(
            side ->
                search == null ? side.pixels : side.pixels * search.factor(side.width, side.height))
        .toArray();
  }

  private static long countBelow(double[] values, double least) {
    long count = 0;
    for (double value : values) {
      if (value < least) {
        count++;
      }
    }
    return count;
  }
}
