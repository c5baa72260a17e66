package org.rcnn.pipeline.report;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * A part of a page under a heading of its own.
 *
 * @param id names it in links; unique on its page
 * @param title its heading
 * @param lead a sentence below the heading that says how to read what follows; may be empty
 * @param folded whether only the heading shows until the reader opens it
 * @param body writes what follows; every element that it opens it closes
 */
record Section(String id, String title, String lead, boolean folded, Consumer<Html> body) {

  Section {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(lead, "lead");
    Objects.requireNonNull(body, "body");
  }

  /** A section that shows its body. */
  Section(String id, String title, String lead, Consumer<Html> body) {
    this(id, title, lead, false, body);
  }

  /** The same section, folded: for what is looked up and not read. */
  Section fold() {
    return new Section(id, title, lead, true, body);
  }

  void appendTo(Html html) {
    html.open("section", "id", id);
    if (folded) {
      html.open("details").open("summary").leaf("h2", title).close();
    } else {
      html.leaf("h2", title);
    }
    if (!lead.isEmpty()) {
      html.leaf("p", lead, "class", "lead");
    }
    body.accept(html);
    if (folded) {
      html.close();
    }
    html.close();
  }
}
