package org.rcnn.pipeline.report;

import java.util.List;
import org.rcnn.svm.SampleCounts;

/** The report's section on the regions that the SVMs learned from, class by class. */
final class SampleSection {

  private final List<SampleCounts> samples;

  SampleSection(List<SampleCounts> samples) {
    this.samples = List.copyOf(samples);
  }

  void appendTo(Html html) {
    html.scroll().open("table").open("thead").open("tr");
    html.leaf("th", "class");
    ReportPage.heads(html, "objects", "of them difficult", "proposals near them", "held");
    ReportPage.heads(html, "after up-sampling", "ignored", "negatives", "after down-sampling");
    html.close().close().open("tbody");
    for (SampleCounts counts : samples) {
      html.open("tr").leaf("th", counts.className());
      ReportPage.count(html, counts.groundTruthPositives());
      ReportPage.count(html, counts.difficult());
      ReportPage.count(html, counts.proposalPositives());
      ReportPage.count(html, counts.positivesHeld());
      ReportPage.count(html, counts.positivesAfter());
      ReportPage.count(html, counts.ignored());
      ReportPage.count(html, counts.negatives());
      ReportPage.count(html, counts.negativesAfter());
      html.close();
    }
    html.close().close().close();
  }
}
