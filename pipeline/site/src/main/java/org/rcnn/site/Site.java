package org.rcnn.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.rcnn.site.MarkdownPage.Section;

/**
 * The documentation of a checkout as a folder of pages.
 *
 * <p>Every Markdown file has a page at its own place, so that links between files hold as links
 * between pages. The front page, {@value #FRONT_PAGE}, is made of {@code pipeline/docs/index.md},
 * whose sections also are every page's contents. What pages link to comes along: pictures as they
 * are, other files as pages that show them, folders as lists. Public classes of the library are
 * linked to their Javadoc, which lies in {@code apidocs}.
 *
 * <p>The same files give the same bytes.
 */
final class Site {

  /** The page that a reader opens first. */
  static final String FRONT_PAGE = "index.html";

  private static final String INDEX = "pipeline/docs/index.md";
  private static final String STYLE = "site.css";

  /** Folders without documents of ours. */
  private static final Set<String> SKIPPED = Set.of("target", "src", "runs", ".git", ".mvn");

  private final Path root;
  private final List<Path> documents;

  /**
   * The site of a checkout.
   *
   * @param root the checkout
   * @throws IOException if it cannot be read
   */
  Site(Path root) throws IOException {
    this.root = root.toAbsolutePath().normalize();
    this.documents = documents(this.root);
  }

  private static List<Path> documents(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Deque<Path> folders = new ArrayDeque<>(List.of(root));
    while (!folders.isEmpty()) {
      try (Stream<Path> children = Files.list(folders.pop())) {
        for (Path child : children.sorted().toList()) {
          String name = child.getFileName().toString();
          if (Files.isDirectory(child) && !SKIPPED.contains(name)) {
            folders.push(child);
          } else if (name.endsWith(".md") && Files.isRegularFile(child)) {
            found.add(root.relativize(child));
          }
        }
      }
    }
    return found.stream().sorted().toList();
  }

  /** The Markdown files, from the checkout's root. */
  List<Path> documents() {
    return documents;
  }

  /** The sections of the contents, each with its pages. */
  List<Section> contents() throws IOException {
    return page(Path.of(INDEX)).sections();
  }

  private MarkdownPage page(Path document) throws IOException {
    return new MarkdownPage(document, Files.readString(root.resolve(document)));
  }

  /**
   * Writes the site; what else is in the folder stays.
   *
   * @throws IOException if a file cannot be read or written
   */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (InputStream style = Site.class.getResourceAsStream(STYLE)) {
      Files.write(folder.resolve(STYLE), Objects.requireNonNull(style, "site.css").readAllBytes());
    }
    Places places = new Places(root, Path.of(INDEX));
    Template template = new Template(contents(), places);
    Set<Path> written = new HashSet<>();
    Deque<Path> waiting = new ArrayDeque<>(documents);
    while (!waiting.isEmpty()) {
      Path file = waiting.pop();
      if (written.add(file)) {
        waiting.addAll(write(file, folder, places, template));
      }
    }
  }

  /** Writes what stands for a file, and gives the files that it links to. */
  private Set<Path> write(Path file, Path folder, Places places, Template template)
      throws IOException {
    Path source = root.resolve(file);
    Path place = folder.resolve(places.of(file));
    Files.createDirectories(place.getParent());
    if (Places.isPicture(file)) {
      Files.write(place, Files.readAllBytes(source));
      return Set.of();
    }
    if (file.toString().endsWith(".md")) {
      MarkdownPage page = page(file);
      MarkdownPage.Rendered rendered = page.render(places);
      Files.writeString(place, template.page(file, page.title(), rendered.html()));
      return rendered.linked();
    }
    if (Files.isDirectory(source)) {
      List<Path> children = places.children(file);
      Files.writeString(place, template.listing(file, children));
      return new HashSet<>(children);
    }
    Files.writeString(place, template.listing(file, Files.readString(source)));
    return Set.of();
  }
}
