package org.rcnn.pipeline.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.Printable;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.data.dataset.DatasetAudit.ClassCount;
import org.rcnn.data.dataset.DatasetAudit.SplitCount;
import org.rcnn.data.dataset.DatasetAudit.SplitOverlap;
import org.rcnn.eval.ClassExamples;
import org.rcnn.eval.ErrorExample;
import org.rcnn.eval.ErrorExample.Reason;
import org.rcnn.pipeline.audit.Coverage.ClassCoverage;
import org.rcnn.pipeline.audit.SizeTable.ClassSizes;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.pipeline.run.Json;

/**
 * All that is known of a folder of images, as text and as JSON.
 *
 * @param audit counts and problems
 * @param splitAdvice how splits can be added
 * @param search the settings of the search
 * @param sizes how large pictures and objects are; empty if no picture has a known size
 * @param advice settings that reach more objects
 * @param coverage what proposals cover with the present settings; empty if not measured
 * @param better the same with the suggested settings
 * @param doubts objects that may be annotated wrongly, by class; empty without a run
 */
public record DataReport(
    DatasetAudit audit,
    String splitAdvice,
    Proposals search,
    Optional<SizeTable> sizes,
    Optional<SearchAdvice> advice,
    Optional<Coverage> coverage,
    Optional<Coverage> better,
    Optional<List<ClassExamples>> doubts) {

  /** Splits side by side in a table; more would be too wide for a terminal. */
  private static final int SIDE_BY_SIDE = 4;

  private static final int LINE = 90;

  private static final String ALL = "all";

  private Map<String, List<String>> problems() {
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    kinds.put("missing images", audit.missingImages());
    kinds.put("unreadable images", audit.unreadableImages());
    kinds.put("bad annotations", audit.badAnnotations());
    kinds.put("bad objects", audit.badObjects());
    kinds.put("size mismatches", audit.sizeMismatches());
    kinds.put("left-out files", audit.leftOut());
    kinds.put("look-alike classes", audit.lookAlikes());
    kinds.put("repeated pictures", audit.repeatedPictures());
    return kinds;
  }

  private String head() {
    int unusable = audit.missingImages().size() + audit.unreadableImages().size();
    String head = "%s: %d images".formatted(audit.root(), audit.images());
    return unusable == 0
        ? head
        : "%s, %d of them without a picture that can be read".formatted(head, unusable);
  }

  /**
   * The report as text.
   *
   * @param show the most problems of a kind, and the most label mistakes of a class
   */
  public String toText(int show) {
    List<String> lines = new ArrayList<>();
    lines.add(head());
    addClasses(lines);
    if (audit.splits().isEmpty()) {
      lines.add("");
      lines.add(
          "There are no splits: %s, or draw them with data.split-test-share=0.3."
              .formatted(splitAdvice));
    } else {
      addOverlaps(lines);
    }
    sizes.ifPresent(table -> addSizes(lines, table));
    coverage.ifPresent(measured -> addCoverage(lines, measured));
    advice.ifPresent(suggested -> addAdvice(lines, suggested));
    doubts.ifPresent(all -> addDoubts(lines, all, show));
    lines.add("");
    lines.addAll(audit.notes());
    problems()
        .forEach(
            (kind, sentences) -> {
              lines.add("%s: %d".formatted(kind, sentences.size()));
              sentences.stream()
                  .limit(show)
                  .forEach(sentence -> lines.add("  " + Printable.line(sentence)));
              if (sentences.size() > show) {
                lines.add("  and %d more".formatted(sentences.size() - show));
              }
            });
    return lines.stream().map(line -> line.stripTrailing() + "\n").collect(Collectors.joining());
  }

  private void addClasses(List<String> lines) {
    Map<String, ClassCount> whole = audit.whole().classes();
    List<String> names = List.copyOf(audit.splits().keySet());
    int width = width(whole.keySet(), "objects (images)");
    for (int first = 0; first == 0 || first < names.size(); first += SIDE_BY_SIDE) {
      List<String> some = names.subList(first, Math.min(names.size(), first + SIDE_BY_SIDE));
      boolean last = first + SIDE_BY_SIDE >= names.size();
      lines.add("");
      StringBuilder head = new StringBuilder(pad("objects (images)", width));
      some.forEach(name -> head.append(right(name, 13)));
      lines.add(head.append(last ? right(ALL, 13) + right("difficult", 11) : "").toString());
      for (Map.Entry<String, ClassCount> entry : whole.entrySet()) {
        StringBuilder line = new StringBuilder(pad(entry.getKey(), width));
        for (String name : some) {
          line.append(right(counts(audit.splits().get(name).classes().get(entry.getKey())), 13));
        }
        if (last) {
          line.append(right(counts(entry.getValue()), 13))
              .append(right(Integer.toString(entry.getValue().difficult()), 11));
        }
        lines.add(line.toString());
      }
      StringBuilder sum = new StringBuilder(pad("all classes", width));
      some.forEach(name -> sum.append(right(counts(audit.splits().get(name)), 13)));
      int difficult = whole.values().stream().mapToInt(ClassCount::difficult).sum();
      lines.add(
          sum.append(last ? right(counts(audit.whole()), 13) + right("" + difficult, 11) : "")
              .toString());
    }
  }

  private static String counts(ClassCount count) {
    return count == null ? "-" : "%d (%d)".formatted(count.objects(), count.images());
  }

  private static String counts(SplitCount count) {
    return "%d (%d)".formatted(count.objects(), count.images());
  }

  private void addOverlaps(List<String> lines) {
    if (audit.overlaps().isEmpty()) {
      return;
    }
    lines.add("");
    lines.add(pad("in two splits", 29) + "same image  equal picture  nearly equal");
    for (SplitOverlap overlap : audit.overlaps()) {
      lines.add(
          pad(overlap.first() + " and " + overlap.second(), 29)
              + "%10d  %13d  %12d".formatted(overlap.shared(), overlap.equal(), overlap.near()));
    }
  }

  private void addSizes(List<String> lines, SizeTable table) {
    int width = width(table.classes().keySet(), "pictures, shorter");
    lines.add("");
    lines.add(
        pad("side in pixels", width) + "   in the picture          at the size of the search");
    lines.add(
        " ".repeat(width)
            + "    10 %  median    90 %    10 %  median    90 %"
            + right("below " + table.minSide(), 10));
    lines.add(pad("pictures, longer", width) + three(table.longer()));
    lines.add(pad("pictures, shorter", width) + three(table.shorter()));
    table
        .classes()
        .forEach(
            (name, sizes) ->
                lines.add(
                    pad(name, width)
                        + three(sizes.inPicture())
                        + three(sizes.atSearch())
                        + right(percent(sizes.below()), 10)));
    lines.add("An object's side is the shorter one of its box.");
    lines.add("Search: %s.".formatted(words(search)));
  }

  private static String three(Quantiles values) {
    return String.format(
        Locale.ROOT, "%8.0f%8.0f%8.0f", values.tenth(), values.median(), values.nineTenths());
  }

  private static String words(Proposals search) {
    return "%s, %s, least side %d, %s"
        .formatted(
            search.mode().label(),
            search.longerSide() == 0 ? "unscaled" : "longer side at most " + search.longerSide(),
            search.minSide(),
            search.maxBoxes() == 0
                ? "all boxes"
                : "the first %,d boxes".formatted(search.maxBoxes()));
  }

  private void addCoverage(List<String> lines, Coverage measured) {
    int width = width(measured.classes().keySet(), "class");
    lines.add("");
    lines.add(
        "Proposals of %d pictures, and the share of objects that none of them covers:"
            .formatted(measured.images()));
    String columns = "   IoU 0.5  IoU 0.7    ABO";
    lines.add(
        pad("class", width)
            + " objects"
            + columns
            + (better.isPresent() ? "  suggested:" + columns.substring(2) : ""));
    Map<String, ClassCoverage> after = better.map(Coverage::classes).orElse(Map.of());
    measured
        .classes()
        .forEach(
            (name, classes) -> {
              StringBuilder line = new StringBuilder(pad(name, width));
              line.append(right(Integer.toString(classes.objects()), 8)).append(figures(classes));
              if (after.containsKey(name)) {
                line.append(" ".repeat(11)).append(figures(after.get(name)));
              }
              lines.add(line.toString());
            });
    lines.add(
        String.format(Locale.ROOT, "%.0f boxes of a picture on average", measured.boxes())
            + better
                .map(more -> String.format(Locale.ROOT, ", %.0f as suggested.", more.boxes()))
                .orElse("."));
  }

  private static String figures(ClassCoverage classes) {
    return String.format(
        Locale.ROOT,
        "%10s%9s%7.3f",
        percent(classes.missed50()),
        percent(classes.missed70()),
        classes.abo());
  }

  private static void addAdvice(List<String> lines, SearchAdvice suggested) {
    lines.add("");
    lines.add("Suggested: " + suggested.words());
    lines.addAll(wrapped(suggested.reason()));
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (line.length() + 1 + word.length() > LINE) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static void addDoubts(List<String> lines, List<ClassExamples> all, int show) {
    List<String> rows = new ArrayList<>();
    int count = 0;
    for (ClassExamples classes : all) {
      count += classes.labelDoubts().size();
      for (ErrorExample doubt : classes.labelDoubts().stream().limit(show).toList()) {
        Detection detection = doubt.detection().orElseThrow();
        rows.add(
            String.format(
                Locale.ROOT,
                "%-22s %8.3f  %-20s %s",
                doubt.imageId(),
                detection.score(),
                corners(detection.box()),
                sentence(classes.className(), doubt)));
      }
    }
    lines.add("");
    lines.add("likely label mistakes in the test images: %d".formatted(count));
    if (!rows.isEmpty()) {
      lines.add("%-22s %8s  %-20s".formatted("image", "score", "box"));
      lines.addAll(rows);
    }
    if (rows.size() < count) {
      lines.add("and %d more, less likely".formatted(count - rows.size()));
    }
  }

  private static String sentence(String className, ErrorExample doubt) {
    return doubt.reason() == Reason.LABEL_FORGOTTEN
        ? "a forgotten %s?".formatted(className)
        : "labelled %s, a %s?".formatted(doubt.object().orElseThrow().className(), className);
  }

  private static String corners(Box box) {
    double[] voc = box.toVoc();
    return String.format(Locale.ROOT, "%.0f,%.0f..%.0f,%.0f", voc[0], voc[1], voc[2], voc[3]);
  }

  private static int width(Iterable<String> names, String title) {
    int width = title.length();
    for (String name : names) {
      width = Math.max(width, name.length());
    }
    return width;
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String right(String text, int width) {
    return " " + " ".repeat(Math.max(0, width - 1 - text.length())) + text;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /**
   * The report as JSON.
   *
   * @param usable whether any image can be used
   */
  public ObjectNode toJson(boolean usable) {
    ObjectNode tree = Json.object();
    tree.put("root", audit.root().toString());
    tree.put("usable", usable);
    tree.put("images", audit.images());
    ObjectNode splits = tree.putObject("splits");
    audit.splits().forEach((name, split) -> put(splits.putObject(name), split));
    put(tree.putObject(ALL), audit.whole());
    ArrayNode overlaps = tree.putArray("overlaps");
    for (SplitOverlap overlap : audit.overlaps()) {
      ObjectNode node = overlaps.addObject();
      node.putArray("splits").add(overlap.first()).add(overlap.second());
      node.put("same_image", overlap.shared());
      node.put("equal_pictures", overlap.equal());
      node.put("nearly_equal_pictures", overlap.near());
    }
    tree.set("search", tree(search));
    sizes.ifPresent(table -> put(tree.putObject("sizes"), table));
    coverage.ifPresent(measured -> put(tree.putObject("proposals"), measured));
    advice.ifPresent(suggested -> put(tree.putObject("suggestion"), suggested));
    doubts.ifPresent(all -> put(tree.putArray("label_doubts"), all));
    ObjectNode kinds = tree.putObject("problems");
    problems()
        .forEach(
            (kind, sentences) ->
                sentences.forEach(kinds.putArray(kind.replaceAll("[ -]", "_"))::add));
    return tree;
  }

  private static void put(ObjectNode tree, SplitCount split) {
    tree.put("images", split.images());
    tree.put("objects", split.objects());
    ObjectNode classes = tree.putObject("classes");
    split
        .classes()
        .forEach(
            (name, count) ->
                classes
                    .putObject(name)
                    .put("images", count.images())
                    .put("objects", count.objects())
                    .put("difficult", count.difficult())
                    .put("truncated", count.truncated()));
  }

  private static ObjectNode tree(Proposals search) {
    ObjectNode tree = Json.object();
    tree.put("mode", search.mode().label());
    tree.put("longer_side", search.longerSide());
    tree.put("min_side", search.minSide());
    tree.put("max_boxes", search.maxBoxes());
    tree.put("ranking", search.ranking().label());
    return tree;
  }

  private static void put(ObjectNode tree, SizeTable table) {
    put(tree.putObject("longer_side"), table.longer());
    put(tree.putObject("shorter_side"), table.shorter());
    tree.put("min_side", table.minSide());
    ObjectNode classes = tree.putObject("classes");
    for (Map.Entry<String, ClassSizes> entry : table.classes().entrySet()) {
      ObjectNode node = classes.putObject(entry.getKey());
      node.put("objects", entry.getValue().objects());
      put(node.putObject("in_picture"), entry.getValue().inPicture());
      put(node.putObject("at_search"), entry.getValue().atSearch());
      node.put("below_min_side", entry.getValue().below());
    }
  }

  private static void put(ObjectNode tree, Quantiles values) {
    tree.put("least", values.least());
    tree.put("tenth", values.tenth());
    tree.put("median", values.median());
    tree.put("nine_tenths", values.nineTenths());
    tree.put("most", values.most());
  }

  private static void put(ObjectNode tree, Coverage measured) {
    tree.set("search", tree(measured.search()));
    tree.put("images", measured.images());
    tree.put("boxes_per_image", measured.boxes());
    ObjectNode classes = tree.putObject("classes");
    measured
        .classes()
        .forEach(
            (name, one) ->
                classes
                    .putObject(name)
                    .put("objects", one.objects())
                    .put("missed_50", one.missed50())
                    .put("missed_70", one.missed70())
                    .put("abo", one.abo()));
  }

  private void put(ObjectNode tree, SearchAdvice suggested) {
    tree.put("words", suggested.words());
    ObjectNode changes = tree.putObject("settings");
    suggested.changes().forEach(changes::put);
    tree.put("reason", suggested.reason());
    better.ifPresent(measured -> put(tree.putObject("proposals"), measured));
  }

  private static void put(ArrayNode list, List<ClassExamples> all) {
    for (ClassExamples classes : all) {
      for (ErrorExample doubt : classes.labelDoubts()) {
        Detection detection = doubt.detection().orElseThrow();
        ObjectNode node = list.addObject();
        node.put("image", doubt.imageId());
        node.put("class", classes.className());
        node.put("doubt", doubt.reason() == Reason.LABEL_FORGOTTEN ? "forgotten" : "wrong-class");
        doubt.object().ifPresent(object -> node.put("labelled", object.className()));
        node.put("score", detection.score());
        ArrayNode box = node.putArray("box");
        for (double corner : detection.box().toVoc()) {
          box.add(corner);
        }
      }
    }
  }
}
