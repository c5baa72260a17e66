package org.rcnn.site;

import java.util.Set;
import org.commonmark.node.Code;
import org.commonmark.node.Node;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;

/**
 * Code within a line. Names of options stay whole: on narrow screens browsers would break {@code
 * --help} after its hyphens. Lists of values may be broken instead.
 */
final class CodeRenderer implements NodeRenderer {

  private static final String OPTION = "(?<!\\S)--?\\w+(?:-\\w+)*";

  private final HtmlNodeRendererContext context;

  CodeRenderer(HtmlNodeRendererContext context) {
    this.context = context;
  }

  @Override
  public Set<Class<? extends Node>> getNodeTypes() {
    return Set.of(Code.class);
  }

  @Override
  public void render(Node node) {
    String words = Template.escaped(((Code) node).getLiteral()).replace("|", "|<wbr>");
    context
        .getWriter()
        .raw("<code>" + words.replaceAll(OPTION, "<span class=\"option\">$0</span>") + "</code>");
  }
}
