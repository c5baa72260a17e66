package org.rcnn.pipeline.report;

import java.util.List;

/** The report's section on the time that each stage took. */
final class StageTimeSection {

  private final List<StageTime> times;

  /**
   * How long a stage took.
   *
   * @param stage its name
   * @param seconds wall time
   * @param reused whether its artifact already existed, so that the time is an earlier run's
   */
  record StageTime(String stage, double seconds, boolean reused) {}

  /**
   * The section.
   *
   * @param times the stages in their order
   */
  StageTimeSection(List<StageTime> times) {
    this.times = List.copyOf(times);
  }

  void appendTo(Html html) {
    double longest = times.stream().mapToDouble(StageTime::seconds).max().orElse(1);
    double total =
        times.stream().filter(stage -> !stage.reused()).mapToDouble(StageTime::seconds).sum();
    html.scroll().open("table").open("tbody");
    for (StageTime stage : times) {
      html.open("tr").leaf("th", stage.stage()).open("td", "class", "wide");
      ReportPage.bar(html, stage.seconds() / longest, stage.reused() ? "faint" : "");
      html.close();
      String time = Numbers.duration(stage.seconds());
      html.leaf("td", stage.reused() ? time + ", reused" : time, "class", "n").close();
    }
    html.close().open("tfoot").open("tr").leaf("th", "this run").leaf("td", "");
    html.leaf("td", Numbers.duration(total), "class", "n").close().close().close().close();
  }
}
