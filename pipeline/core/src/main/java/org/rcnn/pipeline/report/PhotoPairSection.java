package org.rcnn.pipeline.report;

import java.util.List;

/** The same photos with the detections of two rows, side by side. */
final class PhotoPairSection {

  private final List<PhotoPair> pairs;

  /**
   * A photo twice.
   *
   * @param before with the detections of the first row
   * @param after with those of the second
   * @param name of the photo
   */
  record PhotoPair(PageImage before, PageImage after, String name) {}

  PhotoPairSection(List<PhotoPair> pairs) {
    this.pairs = List.copyOf(pairs);
  }

  void appendTo(Html html) {
    html.open("div", "class", "pairsof");
    for (PhotoPair pair : pairs) {
      html.open("div", "class", "halves");
      pair.before().appendTo(html, "Detections before, in " + pair.name());
      pair.after().appendTo(html, "Detections after, in " + pair.name());
      html.close();
    }
    html.close();
  }
}
