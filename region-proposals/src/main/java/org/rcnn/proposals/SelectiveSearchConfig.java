package org.rcnn.proposals;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.rcnn.data.Check;

/**
 * The settings of a {@link SelectiveSearch}. Every colour space is segmented at every scale, and
 * every segmentation is grouped once with every similarity set: the hierarchies are the product of
 * the three lists.
 *
 * @param colourSpaces colour spaces to search in
 * @param scales the segmentation's k: larger values tolerate more difference inside a region, so
 *     that initial regions are larger and fewer
 * @param similaritySets for each set, a hierarchy that groups by the sum of its measures
 * @param sigma standard deviation of the smoothing before segmentation, in pixels
 * @param variant whose choices to follow where the paper leaves them open
 * @param minSide boxes narrower or lower than this, at the working size, are dropped, except the
 *     box of the whole image
 * @param workingSize the size at which images are searched
 * @param maxPixels larger working images are scaled down to this many pixels. Memory is about 100
 *     bytes per pixel and thread, and 5 kilobytes per initial region: below 64 MiB in every mode at
 *     the default of 400,000. Scales k far below a mode's give tens of thousands of regions of a
 *     few pixels and need up to a gigabyte
 * @param maxBoxes the maximum number of boxes to return
 * @param ranking the order of the boxes
 * @param seed of the random order that {@link Ranking#AUTHORS} draws; every image starts with it
 */
public record SelectiveSearchConfig(
    List<ColourSpace> colourSpaces,
    List<Integer> scales,
    List<Set<Similarity>> similaritySets,
    double sigma,
    Variant variant,
    int minSide,
    WorkingSize workingSize,
    int maxPixels,
    int maxBoxes,
    Ranking ranking,
    long seed) {

  private static final Set<Similarity> COLOUR_TEXTURE_SIZE_FILL = EnumSet.allOf(Similarity.class);
  private static final Set<Similarity> TEXTURE_SIZE_FILL =
      EnumSet.of(Similarity.TEXTURE, Similarity.SIZE, Similarity.FILL);
  private static final List<Set<Similarity>> FOUR_SIMILARITY_SETS =
      List.of(
          COLOUR_TEXTURE_SIZE_FILL,
          TEXTURE_SIZE_FILL,
          EnumSet.of(Similarity.FILL),
          EnumSet.of(Similarity.SIZE));

  /** Refuses empty lists and values out of range; the message names the setting. */
  public SelectiveSearchConfig {
    Check.notEmpty("colour-spaces", colourSpaces);
    Check.notEmpty("scales", scales);
    Check.notEmpty("similarity-sets", similaritySets);
    Check.given("variant", variant);
    Check.given("working-size", workingSize);
    Check.given("ranking", ranking);
    colourSpaces = List.copyOf(colourSpaces);
    scales = List.copyOf(scales);
    similaritySets =
        similaritySets.stream().map(SelectiveSearchConfig::unmodifiableInOrder).toList();
    scales.forEach(k -> Check.atLeast("each of scales", k, 1));
    similaritySets.forEach(set -> Check.notEmpty("each of similarity-sets", set));
    Check.within("sigma", sigma, 0, 20);
    Check.atLeast("min-side", minSide, 1);
    Check.within("max-pixels", maxPixels, 1, 1 << 27);
    Check.atLeast("max-boxes", maxBoxes, 1);
  }

  private static Set<Similarity> unmodifiableInOrder(Set<Similarity> set) {
    EnumSet<Similarity> ordered = EnumSet.noneOf(Similarity.class);
    ordered.addAll(set);
    return Collections.unmodifiableSet(ordered);
  }

  /**
   * The default, which does more than the authors' mode of the same name. It has the eight
   * hierarchies of {@link #authorsFast} and, over the same four segmentations, the paper's two
   * other groupings, by fill alone and by size alone. Of all boxes found, it returns the 2,100 that
   * cover best ({@link Ranking#COVERAGE}).
   *
   * <p>It differs from the authors' fast mode because the eight hierarchies are similar: texture,
   * size and fill are in all of them, so many of their windows are near-duplicates. The two added
   * groupings need no histograms and cost little, but differ most from the others. With as many
   * windows as the authors' mode, they raise the coverage more than any change of colour scaling,
   * smoothing, neighbourhood, texture or weights that was tried within the eight.
   */
  public static SelectiveSearchConfig fast() {
    return builder()
        .similaritySets(FOUR_SIMILARITY_SETS)
        .maxBoxes(2_100)
        .ranking(Ranking.COVERAGE)
        .build();
  }

  /**
   * The authors' fast mode unchanged, 8 hierarchies: HSV and L*a*b*, k = 50 and 100, with and
   * without colour similarity; all boxes, in the authors' pseudo-random order. R-CNN used this
   * mode.
   */
  public static SelectiveSearchConfig authorsFast() {
    return builder().build();
  }

  /**
   * The authors' quality mode, 80 hierarchies: five colour spaces, k = 50, 100, 150 and 300, four
   * similarity sets (all, without colour, fill alone, size alone); all boxes.
   */
  public static SelectiveSearchConfig quality() {
    return builder()
        .colourSpaces(List.of(ColourSpace.values()))
        .scales(List.of(50, 100, 150, 300))
        .similaritySets(FOUR_SIMILARITY_SETS)
        .build();
  }

  /**
   * The parameters and choices of {@code switchToSelectiveSearchFast} in OpenCV's contributed
   * modules, 12 hierarchies, for comparison: k = 150, 300 and 450, regions of at least 100 pixels,
   * boxes of any size, the original image size (up to the limit of {@code maxPixels}, which OpenCV
   * does not have).
   */
  public static SelectiveSearchConfig openCvFast() {
    return builder()
        .scales(List.of(150, 300, 450))
        .variant(Variant.OPENCV)
        .minSide(1)
        .workingSize(WorkingSize.original())
        .build();
  }

  /** A builder that starts from the authors' fast mode. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from this configuration. */
  public Builder toBuilder() {
    return new Builder()
        .colourSpaces(colourSpaces)
        .scales(scales)
        .similaritySets(similaritySets)
        .sigma(sigma)
        .variant(variant)
        .minSide(minSide)
        .workingSize(workingSize)
        .maxPixels(maxPixels)
        .maxBoxes(maxBoxes)
        .ranking(ranking)
        .seed(seed);
  }

  /**
   * The factor by which an image is scaled before it is searched.
   *
   * @param width the image's width in pixels, at least 1
   * @param height its height
   */
  public double factor(int width, int height) {
    return workingSize.factor(width, height, maxPixels);
  }

  /** Number of hierarchies grouped per image. */
  public int hierarchies() {
    return colourSpaces.size() * scales.size() * similaritySets.size();
  }

  /** Collects values for a {@link SelectiveSearchConfig}; see there for what they mean. */
  public static final class Builder {

    private List<ColourSpace> colourSpaces = List.of(ColourSpace.HSV, ColourSpace.LAB);
    private List<Integer> scales = List.of(50, 100);
    private List<Set<Similarity>> similaritySets =
        List.of(COLOUR_TEXTURE_SIZE_FILL, TEXTURE_SIZE_FILL);
    private double sigma = 0.8;
    private Variant variant = Variant.AUTHORS;
    private int minSide = 20;
    private WorkingSize workingSize = WorkingSize.longerSide(500);
    private int maxPixels = 400_000;
    private int maxBoxes = Integer.MAX_VALUE;
    private Ranking ranking = Ranking.AUTHORS;
    private long seed = 1;

    private Builder() {}

    /** Colour spaces to search in. */
    public Builder colourSpaces(List<ColourSpace> colourSpaces) {
      this.colourSpaces = colourSpaces;
      return this;
    }

    /** Scales k of the initial segmentation. */
    public Builder scales(List<Integer> scales) {
      this.scales = scales;
      return this;
    }

    /** Similarity sets, one hierarchy each. */
    public Builder similaritySets(List<Set<Similarity>> similaritySets) {
      this.similaritySets = similaritySets;
      return this;
    }

    /** Smoothing before segmentation, in pixels. */
    public Builder sigma(double sigma) {
      this.sigma = sigma;
      return this;
    }

    /** Whose choices to follow where the paper leaves them open. */
    public Builder variant(Variant variant) {
      this.variant = variant;
      return this;
    }

    /** Smallest width and height of a box at the working size. */
    public Builder minSide(int minSide) {
      this.minSide = minSide;
      return this;
    }

    /** The size at which images are searched. */
    public Builder workingSize(WorkingSize workingSize) {
      this.workingSize = workingSize;
      return this;
    }

    /** Limit on the working size, in pixels. */
    public Builder maxPixels(int maxPixels) {
      this.maxPixels = maxPixels;
      return this;
    }

    /** Limit on the number of boxes returned. */
    public Builder maxBoxes(int maxBoxes) {
      this.maxBoxes = maxBoxes;
      return this;
    }

    /** Order of the boxes. */
    public Builder ranking(Ranking ranking) {
      this.ranking = ranking;
      return this;
    }

    /** Seed of the random order. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** The configuration; throws {@link IllegalArgumentException} for values out of range. */
    public SelectiveSearchConfig build() {
      return new SelectiveSearchConfig(
          colourSpaces,
          scales,
          similaritySets,
          sigma,
          variant,
          minSide,
          workingSize,
          maxPixels,
          maxBoxes,
          ranking,
          seed);
    }
  }
}
