package org.rcnn.pipeline.report;

import java.util.Map;
import org.rcnn.eval.TideDiagnosis;
import org.rcnn.eval.TideKind;

/** The report's section on what each kind of error costs, by TIDE. */
final class TideSection {

  private static final Map<TideKind, String> MEANING =
      Map.of(
          TideKind.CLASSIFICATION, "on an object of another class",
          TideKind.LOCALISATION, "on an object of its class, box fits badly",
          TideKind.BOTH, "class wrong and box fits badly",
          TideKind.DUPLICATE, "on an object found already",
          TideKind.BACKGROUND, "on no object",
          TideKind.MISSED, "an object not found, even if a class or a box is mended");

  private final TideDiagnosis tide;

  TideSection(TideDiagnosis tide) {
    this.tide = tide;
  }

  void appendTo(Html html) {
    double most =
        Math.max(
            tide.deltaAp().values().stream()
                .mapToDouble(Double::doubleValue)
                .filter(gain -> !Double.isNaN(gain))
                .max()
                .orElse(0),
            Math.max(tide.deltaApFalsePositives(), tide.deltaApFalseNegatives()));
    html.scroll().open("table", "class", "costs").open("thead").open("tr");
    html.leaf("th", "error").leaf("th", "dAP, points", "class", "n");
    html.leaf("td", "", "class", "wide");
    html.leaf("th", "errors", "class", "n").leaf("th", "meaning").close().close().open("tbody");
    for (TideKind kind : TideKind.values()) {
      String count = Numbers.count(tide.counts().get(kind));
      row(html, kind.label(), tide.deltaAp().get(kind), most, count, MEANING.get(kind));
    }
    html.close().open("tfoot");
    row(
        html,
        "all false positives",
        tide.deltaApFalsePositives(),
        most,
        "",
        "each ranked below every right detection");
    row(
        html,
        "all false negatives",
        tide.deltaApFalseNegatives(),
        most,
        "",
        "objects that are not found, taken away");
    html.close().close().close();
    html.leaf(
        "p",
        ("Overlaps %s and %s; the best %d detections of an image; TIDE's own AP, with 101 recalls: %s"
                + " %%. The gains do not add up. Difficult objects count neither way. An object is"
                + " missed here if none of these detections finds it and no classification or"
                + " localisation error would, once mended; the missed objects above are all that no"
                + " detection finds at any score.")
            .formatted(
                Numbers.decimals(tide.foregroundIou(), 1),
                Numbers.decimals(tide.backgroundIou(), 1),
                tide.detectionsPerImage(),
                Numbers.percent(tide.ap())),
        "class",
        "lead");
  }

  private static void row(
      Html html, String name, double gain, double most, String count, String meaning) {
    html.open("tr").leaf("th", name).leaf("td", Numbers.percent(gain), "class", "n");
    html.open("td", "class", "wide");
    ReportPage.bar(html, most > 0 ? gain / most : 0, "");
    html.close().leaf("td", count, "class", "n").leaf("td", meaning).close();
  }
}
