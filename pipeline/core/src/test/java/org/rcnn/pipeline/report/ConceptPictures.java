package org.rcnn.pipeline.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.PrecisionRecallCurve;
import org.rcnn.pipeline.draw.ClassColours;
import org.rcnn.pipeline.draw.CoveragePicture;
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.pipeline.draw.RegionCrop;
import org.rcnn.pipeline.draw.SegmentationPicture;
import org.rcnn.pipeline.expected.ExpectedFile;
import org.rcnn.pipeline.expected.ExpectedResults;
import org.rcnn.pipeline.learned.FeatureMap;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.FinishedRun;
import org.rcnn.pipeline.stage.Thresholds;
import org.rcnn.proposals.ColourSpace;
import org.rcnn.proposals.SelectiveSearch;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.Round;

/**
 * Makes the pictures of the concept pages from a finished run of the demo, {@code ConceptPictures
 * ROOT RUN}: after {@code ./rcnn run} and {@code mvn -B -q -pl pipeline/core -am test-compile},
 *
 * <pre>
 * java -cp "pipeline/core/target/test-classes:pipeline/cli/target/app/*" \
 *     org.rcnn.pipeline.report.ConceptPictures . runs/demo
 * </pre>
 *
 * Pictures of scenes are JPEG, the others SVG drawn as the report draws them.
 */
final class ConceptPictures {

  private static final int HEIGHT = 310;
  private static final int GAP = 10;
  private static final Color FRAME = new Color(0xf0a020);

  private final Path root;
  private final FinishedRun run;
  private final Evidence evidence;

  private ConceptPictures(Path root, FinishedRun run) {
    this.root = root;
    this.run = run;
    this.evidence = new Evidence(run);
  }

  /** Makes all pictures. */
  public static void main(String[] arguments) throws IOException {
    FinishedRun run = FinishedRun.open(Path.of(arguments[1]), List.of());
    ConceptPictures pictures = new ConceptPictures(Path.of(arguments[0]), run);
    pictures.selectiveSearch();
    pictures.warping();
    pictures.fineTuning();
    pictures.features();
    pictures.hardNegatives();
    pictures.boxRegression();
    pictures.thresholds();
    pictures.averagePrecision();
    pictures.ablation();
  }

  private void jpeg(String file, BufferedImage canvas) throws IOException {
    Path place = root.resolve(file);
    Files.createDirectories(place.getParent());
    Files.write(place, Picture.of(ImageFiles.toRgb(canvas)).jpeg(0.85f));
  }

  private void svg(String file, String picture) throws IOException {
    Path place = root.resolve(file);
    Files.createDirectories(place.getParent());
    Files.writeString(place, picture.stripTrailing() + "\n");
  }

  private static BufferedImage canvas(int width, int height) {
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    // Between light and dark pages.
    graphics.setColor(Color.GRAY);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return canvas;
  }

  /** The test scene with the most objects of which none hides another, the first of equals. */
  private Sample scene() {
    return run.test().samples().stream()
        .filter(sample -> isClear(sample.annotation().objects()))
        .max(Comparator.comparingInt(sample -> sample.annotation().objects().size()))
        .orElseThrow();
  }

  private static boolean isClear(List<GroundTruth> objects) {
    return objects.stream()
        .noneMatch(
            one ->
                one.difficult()
                    || objects.stream()
                        .anyMatch(other -> other != one && other.box().iou(one.box()) > 0));
  }

  /** A scene's segmentation, and the box of the search that fits each object best. */
  private void selectiveSearch() throws IOException {
    Sample sample = scene();
    RgbImage image = sample.read();
    SelectiveSearch search =
        new SelectiveSearch(run.config().proposals().settings(run.config().seed()));
    SelectiveSearch one =
        new SelectiveSearch(
            search.config().toBuilder()
                .colourSpaces(List.of(ColourSpace.HSV))
                .scales(List.of(100))
                .build());
    BufferedImage segments = SegmentationPicture.of(one, image).toBufferedImage();
    List<Box> boxes = search.propose(image);
    BufferedImage covered = CoveragePicture.of(image, sample.annotation(), boxes).toBufferedImage();
    int width = segments.getWidth();
    BufferedImage both = canvas(2 * width + GAP, segments.getHeight());
    Graphics2D graphics = both.createGraphics();
    graphics.drawImage(segments, 0, 0, null);
    graphics.drawImage(covered, width + GAP, 0, null);
    graphics.dispose();
    jpeg("region-proposals/docs/selective-search.jpg", both);
  }

  /** Objects of a scene, and what the network sees of them. */
  private void warping() throws IOException {
    Sample sample = scene();
    RgbImage image = sample.read();
    NetworkDefinition network =
        Architectures.byName(run.config().network().architecture(), run.classes().size() + 1);
    List<Box> regions =
        sample.annotation().objects().stream().map(GroundTruth::box).limit(3).toList();
    double scale = HEIGHT / (double) image.height();
    int width = (int) Math.round(scale * image.width());
    int side = (HEIGHT - (regions.size() - 1) * GAP) / regions.size();
    BufferedImage all = canvas(width + GAP + side, HEIGHT);
    Graphics2D graphics = all.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.drawImage(Picture.of(image).resize(width, HEIGHT).toBufferedImage(), 0, 0, null);
    graphics.setStroke(new BasicStroke(3));
    graphics.setColor(FRAME);
    int input = network.inputSize();
    int context = network.context();
    Box inner = new Box(context, context, input - context, input - context);
    for (int i = 0; i < regions.size(); i++) {
      Box region = regions.get(i);
      Box shown = region.scale(scale);
      graphics.drawRect(
          (int) shown.xMin(), (int) shown.yMin(), (int) shown.width(), (int) shown.height());
      Picture crop = RegionCrop.of(image, region, network, side);
      graphics.drawImage(
          RegionCrop.framed(crop, inner, input, "").toBufferedImage(),
          width + GAP,
          i * (side + GAP),
          null);
    }
    graphics.dispose();
    jpeg("cnn-finetune/docs/warping.jpg", all);
  }

  private void fineTuning() throws IOException {
    List<LearningPoint> points = evidence.learningCurve().curve();
    double[] at = points.stream().mapToDouble(LearningPoint::iteration).toArray();
    double[] loss = points.stream().mapToDouble(LearningPoint::loss).toArray();
    double[] right = points.stream().mapToDouble(LearningPoint::positiveAccuracy).toArray();
    svg(
        "cnn-finetune/docs/fine-tuning.svg",
        LineChart.overlaid(
                "iteration",
                List.of(
                    new LineChart.Series("loss", at, loss),
                    new LineChart.Series("share of positives right", at, right)))
            .toFile("Loss and accuracy on positives while the demo's network is fine-tuned"));
  }

  /** The maps of the ablation's page as one file. */
  private void features() throws IOException {
    FeatureMap map;
    try (Run opened = Run.onDemo(run.config(), run.folder(), false, Progress.Monitor.SILENT)) {
      map = FeatureMap.of(new Experiment(opened)).orElseThrow();
    }
    Html section = new Html();
    new FeatureMapSection(map).appendTo(section);
    Matcher planes =
        Pattern.compile("<svg class=\"map\".*?>(.*?)</svg>", Pattern.DOTALL)
            .matcher(section.toString());
    StringBuilder picture = new StringBuilder();
    picture.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 870 480\" role=\"img\""
            + " aria-label=\"Objects by their features before and after fine-tuning\">\n"
            + "<style>text{font:15px system-ui,sans-serif;fill:#7b8086}"
            + ".spot{stroke:#3b3e42;stroke-width:.6;stroke-opacity:.55;fill-opacity:.85}"
            + ".cross{fill:none;stroke:#7b8086;stroke-width:1.2;opacity:.7}</style>\n");
    String[] titles = {
      "before fine-tuning, " + neighbours(map.before()),
      "after fine-tuning, " + neighbours(map.after())
    };
    for (int i = 0; planes.find(); i++) {
      picture.append(
          "<text x=\"%d\" y=\"20\">%s</text>\n<g transform=\"translate(%d 30)\">%s</g>\n"
              .formatted(450 * i + 12, titles[i], 450 * i, planes.group(1).strip()));
    }
    int x = 12;
    for (String name : map.classes()) {
      picture.append(
          "<circle cx=\"%d\" cy=\"467\" r=\"5\" fill=\"%s\"/><text x=\"%d\" y=\"472\">%s</text>\n"
              .formatted(x + 5, ClassColours.css(ClassColours.of(name)), x + 15, name));
      x += 40 + 8 * name.length();
    }
    svg("cnn-finetune/docs/features.svg", picture.append("</svg>").toString());
  }

  private static String neighbours(FeatureMap.Plane plane) {
    return "nearest neighbour of the class: %s %%"
        .formatted(Numbers.decimals(100 * plane.agreement().share(), 0));
  }

  /** The share of the examined negatives that were hard, training by training. */
  private void hardNegatives() throws IOException {
    Map<String, List<Round>> byClass = new LinkedHashMap<>();
    for (Round round : evidence.mining(run.row()).orElseThrow().rounds()) {
      if (round.examined() > 0) {
        byClass.computeIfAbsent(round.className(), name -> new ArrayList<>()).add(round);
      }
    }
    List<LineChart.Series> lines = new ArrayList<>();
    byClass.forEach(
        (name, rounds) -> {
          double[] images = rounds.stream().mapToDouble(Round::imagesSeen).toArray();
          double[] share =
              rounds.stream()
                  .mapToDouble(round -> 100.0 * round.hard() / round.examined())
                  .toArray();
          lines.add(new LineChart.Series(name, images, share));
        });
    lines.sort(Comparator.comparing((LineChart.Series line) -> -line.x().length));
    svg(
        "svm-stage/docs/hard-negatives.svg",
        LineChart.overlaid("images seen", lines.subList(0, Math.min(5, lines.size())))
            .toFile("Per cent of the examined negatives that are hard, by images seen"));
  }

  private void boxRegression() throws IOException {
    List<BoxRegressionReport> reports = evidence.boxRegression(run.row().finetuned());
    double[] places = IntStream.range(0, reports.size()).asDoubleStream().toArray();
    svg(
        "svm-stage/docs/box-regression.svg",
        LineChart.ofPoints(
                "mean IoU with the object, %",
                reports.stream().map(BoxRegressionReport::className).toList(),
                List.of(
                    new LineChart.Series(
                        "proposals",
                        places,
                        reports.stream().mapToDouble(one -> 100 * one.iouBefore()).toArray()),
                    new LineChart.Series(
                        "corrected",
                        places,
                        reports.stream().mapToDouble(one -> 100 * one.iouAfter()).toArray())))
            .toFile("Mean IoU of held-back proposals before and after box regression, by class"));
  }

  private ClassResult best(EvaluationResult result) {
    return result.classes().stream()
        .filter(ClassResult::isScored)
        .max(Comparator.comparingDouble(ClassResult::ap))
        .orElseThrow();
  }

  private void thresholds() throws IOException {
    EvaluationResult result = run.evaluate(run.row());
    Thresholds chosen = evidence.thresholds(run.row()).orElseThrow();
    String name = best(result).className();
    ThresholdTable.Line line =
        new ThresholdTable(chosen, result)
            .lines().stream()
                .filter(one -> one.threshold().className().equals(name))
                .findFirst()
                .orElseThrow();
    svg(
        "eval/docs/thresholds.svg",
        LineChart.ofFractions(
                "score from which a %s counts".formatted(name), ThresholdSection.series(line))
            .marked(List.of(new LineChart.Mark(line.threshold().score(), "chosen", true)))
            .toFile("Precision, recall and F1 of %s by threshold".formatted(name)));
  }

  /** The curve, the highest precision at any higher recall, and where VOC2007 reads it. */
  private void averagePrecision() throws IOException {
    ClassResult result = best(run.evaluate(run.row()));
    PrecisionRecallCurve curve = result.curve();
    // The ends of the steps say everything, and few points are drawn as they are.
    int[] ends =
        IntStream.range(0, curve.size())
            .filter(
                i ->
                    i == 0
                        || curve.recall(i) > curve.recall(i - 1)
                        || i + 1 < curve.size() && curve.recall(i + 1) > curve.recall(i))
            .toArray();
    int n = ends.length;
    double[] recall = IntStream.of(ends).mapToDouble(curve::recall).toArray();
    double[] precision = IntStream.of(ends).mapToDouble(curve::precision).toArray();
    // Corners of the steps: where the highest precision changes, from the right.
    List<double[]> corners = new ArrayList<>();
    double highest = 0;
    for (int i = n - 1; i >= 0; i--) {
      if (precision[i] > highest) {
        corners.add(0, new double[] {recall[i], highest});
        corners.add(0, new double[] {recall[i], precision[i]});
        highest = precision[i];
      }
    }
    corners.add(0, new double[] {0, highest});
    double[] stepX = corners.stream().mapToDouble(corner -> corner[0]).toArray();
    double[] stepY = corners.stream().mapToDouble(corner -> corner[1]).toArray();
    List<LineChart.Series> all = new ArrayList<>();
    all.add(new LineChart.Series("measured", recall, precision));
    all.add(new LineChart.Series("highest at any higher recall", stepX, stepY));
    for (int k = 0; k <= 10; k++) {
      double at = k / 10.0;
      double most =
          IntStream.range(0, n)
              .filter(i -> recall[i] >= at)
              .mapToDouble(i -> precision[i])
              .max()
              .orElse(0);
      all.add(new LineChart.Series("", new double[] {at}, new double[] {most}));
    }
    svg(
        "eval/docs/average-precision.svg",
        LineChart.ofFractions("recall of " + result.className(), all)
            .toFile(
                "Precision over recall of %s, AP %s"
                    .formatted(result.className(), Numbers.percent(result.ap())))
            .replaceAll("<circle class=\"s\\d\"", "<circle class=\"s3\"")
            .replaceAll("<path class=\"s[3-5]\" d=\"[^\"]*\"/>", ""));
  }

  /** The grid of the expected results on real photos: mAP by layer. */
  private void ablation() throws IOException {
    ExpectedResults results = ExpectedFile.packaged("voc2007-small");
    List<String> layers = List.of("pool5", "fc6", "fc7");
    svg(
        "pipeline/docs/ablation.svg",
        LineChart.ofPoints(
                "mAP, %",
                layers,
                List.of(
                    row(results, layers, "pre-trained, SVMs", "pre-trained %s svm"),
                    row(results, layers, "fine-tuned, softmax", "fine-tuned %s softmax"),
                    row(results, layers, "fine-tuned, SVMs", "fine-tuned %s svm"),
                    row(results, layers, "box regression, too", "fine-tuned %s svm bbox")))
            .toFile("mAP by layer, before and after fine-tuning, on a subset of PASCAL VOC2007"));
  }

  private static LineChart.Series row(
      ExpectedResults results, List<String> layers, String title, String form) {
    double[] places = {0, 1, 2};
    double[] values =
        layers.stream().mapToDouble(layer -> meanAp(results, form.formatted(layer))).toArray();
    return new LineChart.Series(title, places, values);
  }

  private static double meanAp(ExpectedResults results, String row) {
    return 100
        * results.rows().stream()
            .filter(one -> one.name().equals(row))
            .findFirst()
            .orElseThrow()
            .figures()
            .get("mAP")
            .mean();
  }
}
