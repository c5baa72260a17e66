package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.rcnn.pipeline.run.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A study of a run's folder in brief, as the page of the ablation gathers them.
 *
 * @param name the name of its files, without {@code study-}
 * @param question what it asks; empty if its file does not say
 * @param finding what it found
 * @param picture the data URI of its plot; empty without one
 * @param page whether it has a page of its own
 */
record StudyDigest(String name, String question, String finding, String picture, boolean page) {

  private static final Logger LOG = LoggerFactory.getLogger(StudyDigest.class);

  private static final String BEGIN = "study-";
  private static final String END = ".json";

  /** The studies of a folder by name; a file that cannot be read is left out, with a warning. */
  static List<StudyDigest> in(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files =
          all.filter(file -> file.getFileName().toString().startsWith(BEGIN))
              .filter(file -> file.getFileName().toString().endsWith(END))
              .sorted(Comparator.comparing(StudyResult::order))
              .toList();
    }
    List<StudyDigest> studies = new ArrayList<>();
    for (Path file : files) {
      String full = file.getFileName().toString();
      String name = full.substring(BEGIN.length(), full.length() - END.length());
      try {
        studies.add(read(folder, name, Json.read(file)));
      } catch (IOException e) {
        LOG.warn("{} The page of the ablation leaves this study out.", e.getMessage());
      }
    }
    return studies;
  }

  /**
   * Reads one study. It asks for little, so that studies of any kind can be gathered: {@code
   * question} and {@code finding} at the top of the file or of its {@code result}, or else rows
   * with {@code label} and {@code mAP}.
   *
   * @param name the name of its files, without {@code study-}
   * @param tree its JSON file
   */
  private static StudyDigest read(Path folder, String name, JsonNode tree) throws IOException {
    JsonNode result = tree.path("result");
    String finding = text("finding", result, tree);
    Path picture = folder.resolve(BEGIN + name + ".svg");
    return new StudyDigest(
        name,
        text("question", result, tree),
        finding.isEmpty() ? bestAndWorst(result.path("rows")) : finding,
        Files.exists(picture) ? dataUri(Files.readAllBytes(picture)) : "",
        Files.exists(folder.resolve(BEGIN + name + ".html")));
  }

  private static String dataUri(byte[] svg) {
    return "data:image/svg+xml;base64," + Base64.getEncoder().encodeToString(svg);
  }

  private static String text(String key, JsonNode first, JsonNode second) {
    return first.path(key).asText(second.path(key).asText(""));
  }

  private static String bestAndWorst(JsonNode rows) {
    List<JsonNode> scored = new ArrayList<>();
    rows.forEach(
        row -> {
          if (row.path("mAP").isNumber()) {
            scored.add(row);
          }
        });
    if (scored.size() < 2) {
      return "";
    }
    scored.sort(Comparator.comparingDouble((JsonNode row) -> row.path("mAP").asDouble()));
    return "The mAP goes from %s (%s) to %s (%s)."
        .formatted(
            Numbers.percent(scored.get(0).path("mAP").asDouble()),
            label(scored.get(0)),
            Numbers.percent(scored.get(scored.size() - 1).path("mAP").asDouble()),
            label(scored.get(scored.size() - 1)));
  }

  private static String label(JsonNode row) {
    String series = row.path("series").asText("");
    return row.path("label").asText("?") + (series.isEmpty() ? "" : ", " + series);
  }

  void appendTo(Html html) {
    html.open("article").leaf("h3", question);
    if (!finding.isEmpty()) {
      html.leaf("p", finding);
    }
    if (!picture.isEmpty()) {
      // A picture of its own and not part of the page, whose styles its own would change.
      html.open("figure", "class", "plot");
      html.empty("img", "src", picture, "alt", "Plot of the study " + name);
      html.close();
    }
    html.open("p", "class", "lead");
    if (page) {
      html.leaf("a", "The study " + name + ", with its table", "href", BEGIN + name + ".html");
    } else {
      html.text("Study " + name + ", " + BEGIN + name + END);
    }
    html.close().close();
  }
}
