package org.rcnn.pipeline.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rcnn.data.AtomicFile;
import org.rcnn.pipeline.run.FinishedFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages of a run's folder, {@code report.html}, {@code ablation.html} and {@code study-*.html}:
 * each links to the others, and that of the ablation gathers the studies. It says in which images
 * and settings they, or the report, are unlike the ablation. Links are relative, so a folder can be
 * moved.
 *
 * <p>Pages are written at different times by different commands. So what they say of each other is
 * renewed in all of them whenever one is written. It stands between comments, which no text of a
 * page can contain, because {@link Html} escapes it.
 */
public final class RunPages {

  private static final Logger LOG = LoggerFactory.getLogger(RunPages.class);

  private static final String REPORT = "report.html";
  private static final String ABLATION = "ablation.html";

  private static final String STUDIES_ID = "studies";
  private static final String STUDIES_TITLE = "Studies";

  private static final Pattern LINKS =
      Pattern.compile("<!-- pages -->.*?<!-- /pages -->", Pattern.DOTALL);
  private static final Pattern STUDIES =
      Pattern.compile("<!-- studies -->.*?<!-- /studies -->\\n?", Pattern.DOTALL);

  /** Studies stand before the first section of what is only looked up. */
  private static final Pattern AFTER_STUDIES =
      Pattern.compile("<section id=\"" + AblationPage.RANGES + "\">");

  /** So does the link to them among those to the page's sections. */
  private static final Pattern AFTER_LINK =
      Pattern.compile("<a href=\"#" + AblationPage.RANGES + "\">");

  private static final Pattern BODY = Pattern.compile("<body>");

  private RunPages() {}

  /**
   * Renews what the pages of a folder say of each other.
   *
   * @param folder the run's folder
   * @throws IOException if a page cannot be read or written
   */
  public static void link(Path folder) throws IOException {
    List<StudyDigest> studies = StudyDigest.in(folder);
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put(REPORT, "Report");
    pages.put(ABLATION, "Ablation");
    studies.forEach(
        study -> pages.put("study-" + study.name() + ".html", "Study: " + study.name()));
    pages.keySet().removeIf(page -> !Files.exists(folder.resolve(page)));
    for (String page : pages.keySet()) {
      Path file = folder.resolve(page);
      String before = Files.readString(file);
      String after =
          page.equals(ABLATION)
              ? ablation(before, folder, pages, studies)
              : withLinks(before, page, pages, "");
      if (!after.equals(before)) {
        AtomicFile.writeText(file, after);
      }
    }
  }

  private static String ablation(
      String page, Path folder, Map<String, String> pages, List<StudyDigest> studies) {
    PageBasis ablation = PageBasis.of(folder.resolve("ablation.json"));
    String report =
        pages.containsKey(REPORT)
            ? PageBasis.of(folder.resolve(FinishedFolder.MANIFEST))
                .unlike(ablation)
                .map(text -> "Unlike this page, the report has " + text + ".")
                .orElse("")
            : "";
    List<Gathered> gathered = new ArrayList<>();
    for (StudyDigest study : studies) {
      if (study.question().isEmpty()) {
        LOG.warn(
            "The study {} in {} is of an older program and does not say what it asks; the page of"
                + " the ablation leaves it out until it is run again.",
            study.name(),
            folder);
        continue;
      }
      PageBasis basis = PageBasis.of(folder.resolve("study-" + study.name() + ".json"));
      gathered.add(new Gathered(study, basis.unlike(ablation), basis.hasTheImagesOf(ablation)));
    }
    return withStudies(withLinks(page, ABLATION, pages, report), gathered);
  }

  /**
   * A study as the page of the ablation has it.
   *
   * @param unlike in what it is unlike the ablation
   * @param sameImages whether its images are known to be the ablation's
   */
  private record Gathered(StudyDigest study, Optional<String> unlike, boolean sameImages) {

    void appendTo(Html html) {
      study.appendTo(html);
      unlike.ifPresent(
          text ->
              html.leaf("p", "Unlike the figures above, it has " + text + ".", "class", "lead"));
    }
  }

  /**
   * A page with links to the others.
   *
   * @param remark a sentence below them; may be empty
   */
  private static String withLinks(
      String page, String name, Map<String, String> pages, String remark) {
    String bare = LINKS.matcher(page).replaceAll("");
    if (pages.size() < 2) {
      return bare;
    }
    Html html = new Html();
    html.open("nav", "class", "pages", "aria-label", "Pages of this run");
    pages.forEach(
        (file, title) -> {
          if (file.equals(name)) {
            html.leaf("b", title, "aria-current", "page");
          } else {
            html.leaf("a", title, "href", file);
          }
        });
    html.close();
    if (!remark.isEmpty()) {
      html.leaf("p", remark, "class", "lead");
    }
    String links = "<body><!-- pages -->" + html + "<!-- /pages -->";
    return BODY.matcher(bare).replaceFirst(Matcher.quoteReplacement(links));
  }

  private static String withStudies(String page, List<Gathered> studies) {
    String bare = STUDIES.matcher(page).replaceAll("");
    if (studies.isEmpty()) {
      return bare;
    }
    String link =
        "<!-- studies -->"
            + new Html().leaf("a", STUDIES_TITLE, "href", "#" + STUDIES_ID)
            + "<!-- /studies -->";
    String linked = AFTER_LINK.matcher(bare).replaceFirst(Matcher.quoteReplacement(link) + "$0");
    return AFTER_STUDIES
        .matcher(linked)
        .replaceFirst(Matcher.quoteReplacement(studies(studies)) + "$0");
  }

  private static String studies(List<Gathered> studies) {
    String where = studies.stream().allMatch(Gathered::sameImages) ? "on the same images " : "";
    Html html = new Html();
    new Section(
            STUDIES_ID,
            STUDIES_TITLE,
            "One question each, answered %sby ablate --study.".formatted(where),
            body -> studies.forEach(study -> study.appendTo(body)))
        .appendTo(html);
    return "<!-- studies -->" + html + "<!-- /studies -->\n";
  }
}
