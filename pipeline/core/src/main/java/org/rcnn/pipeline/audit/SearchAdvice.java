package org.rcnn.pipeline.audit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.rcnn.data.Annotation;
import org.rcnn.pipeline.audit.Coverage.ClassCoverage;
import org.rcnn.pipeline.audit.SizeTable.Side;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.proposals.Mode;
import org.rcnn.proposals.SelectiveSearchConfig;

/**
 * Settings of selective search that reach objects which the present ones miss.
 *
 * <p>The rule by sizes: a class is small if a tenth of its objects have a shorter side below
 * {@value #SMALL} pixels at the size of the search. Then the longer side of the search grows until
 * that tenth has {@value #SEEN} pixels, at most to the pictures' own size or {@value #LONGEST}
 * pixels. The least side falls to 0.7 of the smallest twentieth, since smaller squares overlap none
 * of those by one half. The number of boxes grows with the area searched, {@value #VOC_BOXES} for a
 * photo of VOC's size.
 *
 * @param search the settings as suggested
 * @param changes the settings that change, from key to value
 * @param reason why, in a sentence or two
 */
public record SearchAdvice(Proposals search, Map<String, String> changes, String reason) {

  /** Objects below this are small; the authors drop such boxes. */
  private static final int SMALL = 20;

  /** The side from which objects were covered as well as larger ones, measured on blood cells. */
  private static final int SEEN = 24;

  private static final int STEP = 10;
  private static final int LONGEST = 2_000;
  private static final int LEAST_MIN_SIDE = 4;

  /** What fast mode finds in a photo of 500 × 375 pixels. */
  private static final int VOC_BOXES = 2_100;

  private static final double VOC_AREA = 500 * 375;

  /** Below this least side there are about half as many boxes again. */
  private static final int DENSE = 12;

  private static final double DENSE_FACTOR = 1.5;

  /** More boxes are worth it from this gain in recall on, and enough within {@link #CLOSE}. */
  private static final double WORTH = 0.05;

  private static final double CLOSE = 0.02;

  /** Keeps its own copy. */
  public SearchAdvice {
    changes = Collections.unmodifiableMap(new LinkedHashMap<>(changes));
  }

  /** The words to add to a command. */
  public String words() {
    return changes.entrySet().stream()
        .map(change -> "--set " + change.getKey() + "=" + change.getValue())
        .collect(Collectors.joining(" "));
  }

  /**
   * What the objects' sizes suggest.
   *
   * @param annotations with the pictures' sizes
   * @param now the present settings
   * @return empty if no class is small, or the settings do all that they can already
   */
  public static Optional<SearchAdvice> ofSizes(Collection<Annotation> annotations, Proposals now) {
    List<Annotation> pictures = SizeTable.sized(annotations);
    SortedMap<String, List<Side>> sides = SizeTable.shorterSides(pictures);
    SortedMap<String, List<Side>> small = new TreeMap<>(sides);
    small.values().removeIf(list -> quantile(list, now, 0.1) >= SMALL);
    if (small.isEmpty()) {
      return Optional.empty();
    }
    Proposals wider = wider(now, pictures, small.values());
    double smallest = least(small.values(), wider, 0.05);
    int minSide = Math.min(now.minSide(), Math.max(LEAST_MIN_SIDE, (int) (0.7 * smallest)));
    Proposals finer =
        new Proposals(wider.mode(), wider.longerSide(), minSide, wider.maxBoxes(), wider.ranking());
    int boxes = boxes(finer, pictures);
    Proposals suggested = boxes > limit(now) ? withBoxes(finer, boxes) : finer;
    Map<String, String> changes = changes(now, suggested);
    return changes.isEmpty()
        ? Optional.empty()
        : Optional.of(new SearchAdvice(suggested, changes, reason(small, now, suggested)));
  }

  /**
   * What a measurement suggests: more boxes, if those after the first that are classified cover
   * objects that these miss.
   *
   * @return empty if more boxes gain less than 5 points of recall in every class
   */
  public static Optional<SearchAdvice> ofCoverage(Coverage measured) {
    Proposals now = measured.search();
    Map<String, ClassCoverage> all = measured.classes(Integer.MAX_VALUE);
    Map<String, ClassCoverage> first = measured.classes();
    Optional<String> gaining =
        all.keySet().stream()
            .filter(name -> gain(first, all, name) >= WORTH)
            .max((a, b) -> Double.compare(gain(first, all, a), gain(first, all, b)));
    if (gaining.isEmpty()) {
      return Optional.empty();
    }
    int boxes = now.maxBoxes();
    Map<String, ClassCoverage> more;
    do {
      boxes = roundUp(1.25 * boxes);
      more = measured.classes(boxes);
    } while (isFar(more, all));
    Proposals suggested = withBoxes(now, boxes);
    String name = gaining.get();
    String reason =
        String.format(
            Locale.ROOT,
            "Of the objects of class %s, the first %,d boxes of an image leave %.0f %% without any at"
                + " IoU 0.5, the first %,d boxes %.0f %%. Features take up to %.1f times as long.",
            name,
            now.maxBoxes(),
            100 * first.get(name).missed50(),
            boxes,
            100 * more.get(name).missed50(),
            boxes / (double) now.maxBoxes());
    return Optional.of(new SearchAdvice(suggested, changes(now, suggested), reason));
  }

  private static double gain(
      Map<String, ClassCoverage> first, Map<String, ClassCoverage> all, String name) {
    return first.get(name).missed50() - all.get(name).missed50();
  }

  private static boolean isFar(Map<String, ClassCoverage> some, Map<String, ClassCoverage> all) {
    return all.keySet().stream().anyMatch(name -> gain(some, all, name) > CLOSE);
  }

  private static double quantile(List<Side> sides, Proposals search, double share) {
    return Quantiles.at(SizeTable.pixels(sides, search.settings(0)), share);
  }

  private static double least(Collection<List<Side>> classes, Proposals search, double share) {
    return classes.stream().mapToDouble(sides -> quantile(sides, search, share)).min().orElse(0);
  }

  private static Proposals wider(
      Proposals now, List<Annotation> pictures, Collection<List<Side>> small) {
    SelectiveSearchConfig search = now.settings(0);
    int longest = 0;
    double searched = 0;
    for (Annotation picture : pictures) {
      int longer = Math.max(picture.width(), picture.height());
      longest = Math.max(longest, longer);
      searched = Math.max(searched, longer * search.factor(picture.width(), picture.height()));
    }
    int top = Math.min(LONGEST, longest);
    // Small objects may all be in small pictures, which no larger search enlarges.
    double wanted = Math.min(SEEN, least(small, withLongerSide(now, top), 0.1));
    if (top <= searched || wanted <= least(small, now, 0.1)) {
      return now;
    }
    int side = (int) searched / STEP * STEP;
    do {
      side = Math.min(top, side + STEP);
    } while (least(small, withLongerSide(now, side), 0.1) < wanted);
    return withLongerSide(now, side);
  }

  private static Proposals withLongerSide(Proposals search, int side) {
    return new Proposals(
        search.mode(), side, search.minSide(), search.maxBoxes(), search.ranking());
  }

  private static Proposals withBoxes(Proposals search, int boxes) {
    return new Proposals(
        search.mode(), search.longerSide(), search.minSide(), boxes, search.ranking());
  }

  private static int boxes(Proposals search, List<Annotation> pictures) {
    SelectiveSearchConfig config = search.settings(0);
    double area =
        pictures.stream()
            .mapToDouble(
                picture -> {
                  double factor = config.factor(picture.width(), picture.height());
                  return picture.width() * factor * picture.height() * factor;
                })
            .average()
            .orElse(0);
    double dense = search.minSide() <= DENSE ? DENSE_FACTOR : 1;
    return roundUp(VOC_BOXES * dense * area / VOC_AREA);
  }

  private static int roundUp(double boxes) {
    return (int) Math.ceil(boxes / 100) * 100;
  }

  /** The boxes of an image that are classified at most. */
  private static int limit(Proposals search) {
    return search.maxBoxes() == 0 && search.mode() == Mode.FAST ? VOC_BOXES : search.classified();
  }

  private static Map<String, String> changes(Proposals now, Proposals suggested) {
    Map<String, String> changes = new LinkedHashMap<>();
    put(changes, "longer-side", now.longerSide(), suggested.longerSide());
    put(changes, "min-side", now.minSide(), suggested.minSide());
    put(changes, "max-boxes", now.maxBoxes(), suggested.maxBoxes());
    return changes;
  }

  private static void put(Map<String, String> changes, String name, int before, int after) {
    if (before != after) {
      changes.put("proposals." + name, Integer.toString(after));
    }
  }

  private static String reason(
      SortedMap<String, List<Side>> small, Proposals now, Proposals suggested) {
    String name =
        small.keySet().stream()
            .min(
                (a, b) ->
                    Double.compare(
                        quantile(small.get(a), now, 0.1), quantile(small.get(b), now, 0.1)))
            .orElseThrow();
    double before = quantile(small.get(name), now, 0.1);
    double after = quantile(small.get(name), suggested, 0.1);
    List<String> sentences = new ArrayList<>();
    sentences.add(
        String.format(
            Locale.ROOT,
            "A tenth of the objects of class %s%s have a side of at most %.1f pixels at the size of the"
                + " search%s; the suggested search sees them at %.1f and drops boxes below %d.",
            name,
            small.size() == 1 ? "" : " (and of " + (small.size() - 1) + " more)",
            before,
            now.minSide() <= before
                ? ""
                : String.format(Locale.ROOT, ", which drops boxes below %d", now.minSide()),
            after,
            suggested.minSide()));
    if (suggested.maxBoxes() != now.maxBoxes()) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "Features then take up to %.1f times as long.",
              suggested.maxBoxes() / (double) limit(now)));
    }
    if (after < SMALL && suggested.longerSide() == LONGEST) {
      sentences.add("A larger search would take too long; cut the photos into overlapping parts.");
    }
    return String.join(" ", sentences);
  }
}
