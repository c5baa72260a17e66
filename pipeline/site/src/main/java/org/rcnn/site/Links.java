package org.rcnn.site;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds links of a site that lead nowhere, to a page or to a place in one. */
final class Links {

  private static final Pattern LINK = Pattern.compile("\\s(?:href|src)=\"([^\"]*)\"");
  private static final Pattern ANCHOR = Pattern.compile("\\s(?:id|name)=\"([^\"]*)\"");

  private final Path folder;
  private final Map<Path, Set<String>> anchors = new HashMap<>();

  private Links(Path folder) {
    this.folder = folder;
  }

  /**
   * The links that lead nowhere, a sentence each, in the order of pages. Pages of the Javadoc are
   * not looked into, but links to them are followed, if there is one.
   *
   * @param folder a site's folder
   */
  static List<String> dead(Path folder) throws IOException {
    return new Links(folder.toAbsolutePath().normalize()).dead();
  }

  private List<String> dead() throws IOException {
    Path api = folder.resolve(Places.API);
    boolean javadoc = Files.isDirectory(api);
    List<Path> pages;
    try (Stream<Path> files = Files.walk(folder)) {
      pages =
          files
              .filter(file -> file.toString().endsWith(".html") && !file.startsWith(api))
              .sorted()
              .toList();
    }
    List<String> dead = new ArrayList<>();
    for (Path page : pages) {
      Matcher links = LINK.matcher(Files.readString(page));
      while (links.find()) {
        String link = links.group(1).replace("&amp;", "&");
        if (!link.matches("[a-z]+:.*") && !leadsSomewhere(page, link, javadoc)) {
          dead.add("%s: %s".formatted(folder.relativize(page), link));
        }
      }
    }
    return dead;
  }

  private boolean leadsSomewhere(Path page, String link, boolean javadoc) throws IOException {
    int hash = link.indexOf('#');
    String path = decoded(hash < 0 ? link : link.substring(0, hash));
    Path target = path.isEmpty() ? page : page.resolveSibling(path).normalize();
    if (!javadoc && target.startsWith(folder.resolve(Places.API))) {
      return true;
    }
    if (!target.startsWith(folder) || !Files.isRegularFile(target)) {
      return false;
    }
    return hash < 0 || anchors(target).contains(decoded(link.substring(hash + 1)));
  }

  private static String decoded(String link) {
    return URLDecoder.decode(link.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private Set<String> anchors(Path page) throws IOException {
    Set<String> known = anchors.get(page);
    if (known == null) {
      known = new HashSet<>();
      Matcher found = ANCHOR.matcher(Files.readString(page));
      while (found.find()) {
        known.add(found.group(1));
      }
      anchors.put(page, known);
    }
    return known;
  }
}
