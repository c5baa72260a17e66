package org.rcnn.cli.options;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.rcnn.data.Check;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.proposals.ColourSpace;
import org.rcnn.proposals.Mode;
import org.rcnn.proposals.Ranking;
import org.rcnn.proposals.SelectiveSearchConfig;
import org.rcnn.proposals.Similarity;
import org.rcnn.proposals.WorkingSize;
import picocli.CommandLine.Option;

/** The options of selective search: a mode, and the differences from it. */
public final class SearchOptions {

  /** The letters that the selective-search paper's tables use. */
  private static final String LETTERS = "CTSF";

  private static final List<Similarity> BY_LETTER =
      List.of(Similarity.COLOUR, Similarity.TEXTURE, Similarity.SIZE, Similarity.FILL);

  @Option(
      names = "--mode",
      defaultValue = "fast",
      paramLabel = "MODE",
      description = "fast (the default), authors-fast, quality, or opencv-fast.")
  private Mode mode;

  @Option(
      names = "--colours",
      split = ",",
      paramLabel = "SPACE",
      description =
          "Custom: colour spaces instead of the mode's, separated by commas: hsv, lab, rgi, hue,"
              + " intensity.")
  private List<ColourSpace> colours;

  @Option(
      names = "--scales",
      split = ",",
      paramLabel = "K",
      description =
          "Custom: scales k of the segmentation instead of the mode's, separated by commas, such"
              + " as 50,100.")
  private List<Integer> scales;

  @Option(
      names = "--similarities",
      split = ",",
      paramLabel = "SET",
      description =
          "Custom: sets of similarities instead of the mode's, separated by commas. The letters are"
              + " C (colour), T (texture), S (size) and F (fill), such as CTSF,TSF,F.")
  private List<String> similarities;

  @Option(
      names = "--ranking",
      paramLabel = "RANKING",
      description =
          "Which boxes come first: coverage (as many objects as possible) or authors (the paper's"
              + " pseudo-random order). Default: the mode's own.")
  private Ranking ranking;

  @Option(
      names = "--max-boxes",
      paramLabel = "N",
      description = "At most N boxes per image. Default: the mode's own limit (fast: 2,100).")
  private Integer maxBoxes;

  @Option(
      names = "--min-side",
      paramLabel = "PIXELS",
      description =
          "Drop boxes narrower or lower than this at the size of the search. Default: the mode's"
              + " own limit (20, opencv-fast 1).")
  private Integer minSide;

  @Option(
      names = "--width",
      paramLabel = "PIXELS",
      description =
          "Scale images, up or down, to this width before the search. R-CNN scales photos other"
              + " than VOC's to 500. Default: the mode's own rule.")
  private Integer width;

  @Option(
      names = "--longer-side",
      paramLabel = "PIXELS",
      description =
          "Scale images whose longer side exceeds this down to it before the search, as"
              + " proposals.longer-side does. Default: the mode's own rule (500).")
  private Integer longerSide;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "Seed of the authors' random order. Default: 1.")
  private Long seed;

  /**
   * The search that the options describe.
   *
   * @throws ConfigException if an option is invalid
   */
  public SelectiveSearchConfig config() {
    SelectiveSearchConfig.Builder builder = mode.config().toBuilder();
    if (colours != null) {
      builder.colourSpaces(colours.stream().distinct().toList());
    }
    if (scales != null) {
      builder.scales(scales.stream().distinct().toList());
    }
    if (similarities != null) {
      builder.similaritySets(
          similarities.stream().map(SearchOptions::similaritySet).distinct().toList());
    }
    if (ranking != null) {
      builder.ranking(ranking);
    }
    if (maxBoxes != null) {
      builder.maxBoxes(maxBoxes);
    }
    if (minSide != null) {
      builder.minSide(minSide);
    }
    if (seed != null) {
      builder.seed(seed);
    }
    if (width != null && longerSide != null) {
      throw new ConfigException("Give --width or --longer-side, not both.");
    }
    try {
      if (longerSide != null) {
        Check.atLeast("--longer-side", longerSide, 1);
        builder.workingSize(WorkingSize.longerSide(longerSide));
        builder.maxPixels(Proposals.mostPixels(longerSide, mode.config()));
      }
      if (width != null) {
        builder.workingSize(WorkingSize.width(width));
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  /** The mode's name; {@code "custom"} if options change its hierarchies. */
  public String name() {
    return colours == null && scales == null && similarities == null ? mode.label() : "custom";
  }

  /** Puts all settings of a search into a tree, including defaults. */
  public static void describe(SelectiveSearchConfig config, ObjectNode tree) {
    tree.put("variant", config.variant().label());
    tree.put("ranking", config.ranking().label());
    tree.put("seed", config.seed());
    tree.put("min_side", config.minSide());
    if (config.maxBoxes() < Integer.MAX_VALUE) {
      tree.put("max_boxes", config.maxBoxes());
    }
    WorkingSize size = config.workingSize();
    if (size.rule() != WorkingSize.Rule.ORIGINAL) {
      tree.put(size.rule().name().toLowerCase(Locale.ROOT), size.pixels());
    }
    ArrayNode spaces = tree.putArray("colours");
    config.colourSpaces().forEach(space -> spaces.add(space.label()));
    config.scales().forEach(tree.putArray("scales")::add);
    ArrayNode sets = tree.putArray("similarities");
    config.similaritySets().forEach(set -> sets.add(letters(set)));
  }

  private static String letters(Set<Similarity> set) {
    return set.stream()
        .map(similarity -> LETTERS.substring(BY_LETTER.indexOf(similarity)).substring(0, 1))
        .collect(Collectors.joining());
  }

  private static Set<Similarity> similaritySet(String letters) {
    Set<Similarity> set = EnumSet.noneOf(Similarity.class);
    for (char letter : letters.toUpperCase(Locale.ROOT).toCharArray()) {
      int number = LETTERS.indexOf(letter);
      if (number < 0) {
        throw new ConfigException(
            "--similarities: '%s' must consist of the letters C, T, S and F.".formatted(letters));
      }
      set.add(BY_LETTER.get(number));
    }
    return set;
  }
}
