package org.rcnn.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/** One Markdown file. */
final class MarkdownPage {

  private static final List<Extension> EXTENSIONS =
      List.of(TablesExtension.create(), HeadingAnchorExtension.create());

  private final Path document;
  private final Node tree;

  /**
   * A heading of the second level and the links below it.
   *
   * @param title the heading
   * @param links in their order
   */
  record Section(String title, List<Entry> links) {}

  /**
   * A link to a document.
   *
   * @param text what it says
   * @param destination the path as it is written
   */
  record Entry(String text, String destination) {}

  /**
   * A page's body.
   *
   * @param html what it shows
   * @param linked the files of the checkout that it links to or shows, Javadoc not among them
   */
  record Rendered(String html, Set<Path> linked) {}

  /**
   * A page.
   *
   * @param document its file, from the checkout's root
   * @param markdown what is in it
   */
  MarkdownPage(Path document, String markdown) {
    this.document = document;
    this.tree = Parser.builder().extensions(EXTENSIONS).build().parse(markdown);
  }

  /** The first heading; the file's name without one. */
  String title() {
    for (Node node = tree.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading heading) {
        return text(heading);
      }
    }
    return document.getFileName().toString();
  }

  /** The sections with links to documents. */
  List<Section> sections() {
    List<Section> sections = new ArrayList<>();
    List<Entry> links = new ArrayList<>();
    for (Node node = tree.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading heading && heading.getLevel() == 2) {
        links = new ArrayList<>();
        sections.add(new Section(text(heading), links));
      } else if (!sections.isEmpty()) {
        List<Entry> into = links;
        node.accept(
            new AbstractVisitor() {
              @Override
              public void visit(Link link) {
                if (!isElsewhere(link.getDestination())) {
                  into.add(new Entry(text(link), link.getDestination()));
                }
              }
            });
      }
    }
    return sections.stream().filter(section -> !section.links().isEmpty()).toList();
  }

  private static String text(Node node) {
    StringBuilder text = new StringBuilder();
    node.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Text words) {
            text.append(words.getLiteral());
          }

          @Override
          public void visit(Code words) {
            text.append(words.getLiteral());
          }

          @Override
          public void visit(SoftLineBreak end) {
            text.append(' ');
          }
        });
    return text.toString();
  }

  /** The body, with links from the page's place to those of other files. */
  Rendered render(Places places) {
    Set<Path> linked = new LinkedHashSet<>();
    tree.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Link link) {
            link.setDestination(moved(link.getDestination(), places, linked));
            visitChildren(link);
          }

          @Override
          public void visit(Image image) {
            image.setDestination(moved(image.getDestination(), places, linked));
            visitChildren(image);
          }
        });
    String html =
        HtmlRenderer.builder()
            .extensions(EXTENSIONS)
            .nodeRendererFactory(CodeRenderer::new)
            .build()
            .render(tree);
    return new Rendered(
        html.replace("<table>", "<div class=\"scroll\" tabindex=\"0\"><table>")
            .replace("</table>", "</table></div>")
            // A head without a word is none.
            .replace("<th></th>", "<td></td>"),
        linked);
  }

  private static boolean isElsewhere(String destination) {
    return destination.matches("[a-z]+:.*");
  }

  /** A link as it holds in the site. One that means nothing stays, and is found to be dead. */
  private String moved(String destination, Places places, Set<Path> linked) {
    if (destination.startsWith("#") || isElsewhere(destination)) {
      return destination;
    }
    int anchor = destination.indexOf('#');
    String path = anchor < 0 ? destination : destination.substring(0, anchor);
    Optional<Path> file = places.meant(document, path);
    if (file.isEmpty()) {
      return destination;
    }
    try {
      if (!places.isInJavadoc(file.get())) {
        linked.add(file.get());
      }
      return places.link(document, file.get()) + (anchor < 0 ? "" : destination.substring(anchor));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
