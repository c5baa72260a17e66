package org.rcnn.site;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rcnn.site.MarkdownPage.Entry;
import org.rcnn.site.MarkdownPage.Section;

/**
 * What all pages have around their body: the contents, which on narrow screens stand at the end,
 * and links to the page before and after.
 */
final class Template {

  private static final String SITE = "R-CNN for the JVM";
  private static final Path INDEX_FOLDER = Path.of("pipeline", "docs", "index.md");

  private final List<Section> contents;
  private final Places places;

  /** The template of a site with these contents. */
  Template(List<Section> contents, Places places) {
    this.contents = List.copyOf(contents);
    this.places = places;
  }

  /** The page of a document. */
  String page(Path document, String title, String body) throws IOException {
    return around(document, title, body + neighbours(document));
  }

  /** A page that shows a file's text. */
  String listing(Path file, String text) throws IOException {
    String name = file.getFileName().toString();
    return around(
        file,
        name,
        "<h1>%s</h1>\n<p class=\"where\">%s</p>\n<pre><code>%s</code></pre>\n"
            .formatted(escaped(name), escaped(slashes(file)), escaped(text)));
  }

  /** A page that lists what is in a folder. */
  String listing(Path folder, List<Path> children) throws IOException {
    StringBuilder body =
        new StringBuilder("<h1>%s</h1>\n<ul>\n".formatted(escaped(slashes(folder))));
    for (Path child : children) {
      body.append(
          "<li><a href=\"%s\">%s</a></li>\n"
              .formatted(places.link(folder, child), escaped(child.getFileName().toString())));
    }
    return around(folder, folder.getFileName().toString(), body.append("</ul>\n").toString());
  }

  private static String slashes(Path file) {
    return file.toString().replace('\\', '/');
  }

  private String around(Path document, String title, String body) throws IOException {
    Path place = places.of(document);
    String heading = title.equals(SITE) ? SITE : title + " – " + SITE;
    String front = Places.way(place, Path.of(Site.FRONT_PAGE));
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <link rel="stylesheet" href="%s">
        </head>
        <body>
        <header><a class="home" href="%s">%s</a><a class="menu" href="#contents">Contents</a></header>
        <div class="page">
        <main>
        %s</main>
        <nav id="contents" aria-label="Contents">
        %s</nav>
        </div>
        </body>
        </html>
        """
        .formatted(
            escaped(heading),
            Places.way(place, Path.of("site.css")),
            front,
            SITE,
            body,
            nav(document, place));
  }

  private String nav(Path document, Path place) throws IOException {
    StringBuilder nav = new StringBuilder();
    for (Section section : contents) {
      nav.append("<h2>%s</h2>\n<ul>\n".formatted(escaped(section.title())));
      for (Entry entry : section.links()) {
        Optional<Path> file = file(entry);
        String href =
            file.isEmpty() ? entry.destination() : Places.way(place, places.of(file.get()));
        String current =
            file.isPresent() && file.get().equals(document) ? " aria-current=\"page\"" : "";
        nav.append(
            "<li><a href=\"%s\"%s>%s</a></li>\n".formatted(href, current, escaped(entry.text())));
      }
      nav.append("</ul>\n");
    }
    nav.append(
        "<h2>Classes</h2>\n<ul>\n<li><a href=\"%s\">Javadoc</a></li>\n</ul>\n"
            .formatted(Places.way(place, Places.API.resolve(Site.FRONT_PAGE))));
    return nav.toString();
  }

  private Optional<Path> file(Entry entry) {
    return places.meant(INDEX_FOLDER, entry.destination().replaceFirst("#.*", ""));
  }

  private String neighbours(Path document) throws IOException {
    List<Entry> all = new ArrayList<>();
    contents.forEach(section -> all.addAll(section.links()));
    for (int i = 0; i < all.size(); i++) {
      if (file(all.get(i)).filter(document::equals).isPresent()) {
        Path place = places.of(document);
        return "<p class=\"neighbours\">"
            + (i == 0 ? "<span></span>" : neighbour(place, all.get(i - 1), "← "))
            + (i + 1 == all.size() ? "" : neighbour(place, all.get(i + 1), "→ "))
            + "</p>\n";
      }
    }
    return "";
  }

  private String neighbour(Path place, Entry entry, String arrow) throws IOException {
    Optional<Path> file = file(entry);
    return file.isEmpty()
        ? ""
        : "<a href=\"%s\">%s%s</a>"
            .formatted(Places.way(place, places.of(file.get())), arrow, escaped(entry.text()));
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
