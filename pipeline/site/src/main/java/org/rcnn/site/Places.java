package org.rcnn.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where in the site a file of the checkout is found. */
final class Places {

  /** Where the Javadoc lies. */
  static final Path API = Path.of("apidocs");

  private static final Pattern PICTURE = Pattern.compile(".*\\.(svg|png|jpe?g)");
  private static final Path SOURCES = Path.of("src", "main", "java");

  /** The modules whose classes have Javadoc. */
  private static final List<Path> LIBRARY =
      Stream.of("data", "region-proposals", "cnn-finetune", "svm-stage", "eval", "pipeline/core")
          .map(Path::of)
          .toList();

  private final Path root;
  private final Path index;

  /**
   * The places of a checkout's files.
   *
   * @param index the document of the front page, from the root
   */
  Places(Path root, Path index) {
    this.root = root;
    this.index = index;
  }

  static boolean isPicture(Path file) {
    return PICTURE.matcher(file.toString()).matches();
  }

  /**
   * The place of a file or folder, from the site's folder.
   *
   * @param file from the checkout's root
   */
  Path of(Path file) throws IOException {
    if (file.equals(index)) {
      return Path.of(Site.FRONT_PAGE);
    }
    Optional<Path> javadoc = javadoc(file);
    if (javadoc.isPresent()) {
      return javadoc.get();
    }
    // Servers and archives like to leave out what begins with a dot.
    String visible = file.toString().replace('\\', '/').replaceAll("(^|/)\\.", "$1");
    if (isPicture(file)) {
      return Path.of(visible);
    }
    if (Files.isDirectory(root.resolve(file))) {
      return Path.of(visible, Site.FRONT_PAGE);
    }
    return Path.of(visible.replaceFirst("\\.md$", "") + ".html");
  }

  /** Whether a file has no page of its own, because it is in the Javadoc. */
  boolean isInJavadoc(Path file) throws IOException {
    return javadoc(file).isPresent();
  }

  private Optional<Path> javadoc(Path file) throws IOException {
    for (Path module : LIBRARY) {
      Path sources = module.resolve(SOURCES);
      if (file.startsWith(sources) && file.getNameCount() > sources.getNameCount()) {
        return javadoc(file, API.resolve(sources.relativize(file)));
      }
    }
    return Optional.empty();
  }

  private Optional<Path> javadoc(Path file, Path place) throws IOException {
    Path source = root.resolve(file);
    if (Files.isRegularFile(source.resolve("package-info.java"))) {
      return Optional.of(place.resolve("package-summary.html"));
    }
    String name = file.getFileName().toString();
    if (name.equals("package-info.java") && Files.isRegularFile(source)) {
      return Optional.of(place.resolveSibling("package-summary.html"));
    }
    String type = name.replaceFirst("\\.java$", "");
    Pattern declared =
        Pattern.compile(
            "^public (abstract |final |sealed |non-sealed )*(class|record|interface|enum) "
                + Pattern.quote(type)
                + "\\b",
            Pattern.MULTILINE);
    return name.endsWith(".java")
            && Files.isRegularFile(source)
            && declared.matcher(Files.readString(source)).find()
        ? Optional.of(place.resolveSibling(type + ".html"))
        : Optional.empty();
  }

  /** The files and folders in a folder, from the checkout's root. */
  List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(root.resolve(folder))) {
      return children.map(root::relativize).sorted().toList();
    }
  }

  /**
   * The file that a link in a document means, from the checkout's root; empty if there is none.
   *
   * @param destination a relative path, without the anchor
   */
  Optional<Path> meant(Path document, String destination) {
    Path file = root.resolve(document).resolveSibling(destination).normalize();
    return file.startsWith(root) && Files.exists(file)
        ? Optional.of(root.relativize(file))
        : Optional.empty();
  }

  /** The way from the place of one file to that of another, as a link. */
  String link(Path from, Path to) throws IOException {
    return way(of(from), of(to));
  }

  /** The way from a page to another file of the site, as a link. */
  static String way(Path page, Path to) {
    Path folder = page.getParent();
    Path way = folder == null ? to : folder.relativize(to);
    return way.toString().replace('\\', '/').replace(" ", "%20");
  }
}
