package org.rcnn.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code SiteMain ROOT FOLDER RENEW}: makes the site of a checkout. */
public final class SiteMain {

  private SiteMain() {}

  /**
   * Makes the site, beside the Javadoc in its folder {@code apidocs}.
   *
   * @param arguments the checkout, the site's folder, and whether generated pages are written anew
   * @throws IOException if a page cannot be read or written, or a link leads nowhere
   */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Path folder = Path.of(arguments[1]);
    if (Boolean.parseBoolean(arguments[2])) {
      for (GeneratedPage page : GeneratedPage.values()) {
        Files.writeString(page.in(root), page.markdown());
      }
    }
    new Site(root).write(folder);
    List<String> dead = Links.dead(folder);
    if (!dead.isEmpty()) {
      throw new IOException("Links of the site lead nowhere:\n" + String.join("\n", dead));
    }
    System.out.println("The site: " + folder.resolve(Site.FRONT_PAGE));
  }
}
