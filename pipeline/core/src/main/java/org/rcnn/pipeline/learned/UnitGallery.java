package org.rcnn.pipeline.learned;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.ReceptiveField;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.pipeline.draw.RegionCrop;
import org.rcnn.pipeline.learned.TopRegions.Found;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.StoredLayer;

/**
 * The paper's figure of pool5 units (section 3.1): for units that matter to a class, the regions of
 * the test images that excite them most, with the part of each region that the unit sees.
 *
 * <p>Each thread holds one image's features. Reading them takes the time: some 30 ms of a core for
 * an image with 2,000 regions of 9,216 values. So at most {@link #MOST_IMAGES} images are read, at
 * even distances.
 *
 * @param finetuned whether the units were chosen in the fine-tuned network
 * @param fromSvms whether units were chosen by the weights of SVMs; else by differences of means
 * @param images test images that were searched
 * @param regions their regions
 * @param units the units, in the order of choice
 */
public record UnitGallery(
    boolean finetuned, boolean fromSvms, int images, long regions, List<Unit> units) {

  /** Test images that are searched. */
  public static final int MOST_IMAGES = 1000;

  private static final int UNITS = 10;

  /** The number in the paper's figure. */
  private static final int REGIONS = 16;

  private static final double NMS_IOU = 0.3;

  /** Side of a picture in pixels; pages show it smaller. */
  private static final int CROP_SIDE = 112;

  /**
   * A unit and the regions that excite it most.
   *
   * @param number its position in the feature vector
   * @param channel its map
   * @param row its row in the map
   * @param column its column in the map
   * @param className the class that it was chosen for
   * @param contribution what it adds to the score of the class's objects over background's, on
   *     average
   * @param field the pixels of the network's input that it sees
   * @param before its best regions before fine-tuning; empty if the unit is the same there, or the
   *     network is not fine-tuned
   * @param after its best regions
   */
  public record Unit(
      int number,
      int channel,
      int row,
      int column,
      String className,
      double contribution,
      Box field,
      List<Excited> before,
      List<Excited> after) {

    /** Keeps its own copies. */
    public Unit {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }
  }

  /**
   * A region that excites a unit.
   *
   * @param imageId its image
   * @param region its box in the image's pixels
   * @param activation the unit's value
   * @param picture the region as the network sees it, with the unit's field and the activation
   */
  public record Excited(String imageId, Box region, float activation, Picture picture) {}

  /** Keeps its own copy. */
  public UnitGallery {
    units = List.copyOf(units);
  }

  /**
   * The gallery of a network; features that it needs are computed now unless they exist.
   *
   * @param finetuned whether of the fine-tuned network, with the same units before fine-tuning
   *     beside them; else of the network that the experiment starts from
   * @throws IOException if features or images cannot be read
   */
  public static UnitGallery of(Experiment experiment, boolean finetuned) throws IOException {
    NetworkDefinition network = experiment.backbone().definition();
    ReceptiveField field = ReceptiveField.of(network, Tap.POOL5);
    UnitChoice.Chosen chosen = UnitChoice.of(experiment, finetuned, field, UNITS);
    List<Integer> numbers = chosen.units().stream().map(UnitChoice.Unit::number).toList();
    Search after = Search.of(experiment, finetuned, numbers);
    List<List<Found>> before =
        finetuned ? Search.of(experiment, false, numbers).best() : after.best();
    Crops crops = new Crops(experiment.run(), network, field);
    for (int i = 0; i < numbers.size(); i++) {
      crops.want(numbers.get(i), after.best().get(i));
      crops.want(numbers.get(i), before.get(i));
    }
    crops.draw();
    List<Unit> units = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      UnitChoice.Unit unit = chosen.units().get(i);
      boolean same = before.get(i).equals(after.best().get(i));
      int place = unit.number() % (field.side() * field.side());
      units.add(
          new Unit(
              unit.number(),
              field.channel(unit.number()),
              place / field.side(),
              place % field.side(),
              unit.className(),
              unit.contribution(),
              field.of(unit.number()),
              same ? List.of() : crops.of(unit.number(), before.get(i)),
              crops.of(unit.number(), after.best().get(i))));
    }
    return new UnitGallery(finetuned, chosen.fromSvms(), after.images(), after.regions(), units);
  }

  /** What a search through the test images found. */
  private record Search(int images, long regions, List<List<Found>> best) {

    private record OfImage(int regions, List<List<Found>> candidates) {}

    static Search of(Experiment experiment, boolean finetuned, List<Integer> units)
        throws IOException {
      Run run = experiment.run();
      TopRegions top = new TopRegions(units, REGIONS, NMS_IOU);
      try (StoredLayer layer = experiment.testLayer(finetuned, Tap.POOL5)) {
        List<Sample> images = EvenSpread.of(layer.images(), MOST_IMAGES);
        long[] regions = new long[1];
        try (Progress progress = run.monitor().start("units", images.size(), "images")) {
          OrderedWork.<Sample, OfImage>forEach(
              images,
              run.config().effectiveThreads(),
              image -> {
                List<Box> boxes = layer.regions(image);
                return new OfImage(
                    boxes.size(), top.candidates(image.id(), boxes, layer.values(image)));
              },
              (image, found) -> {
                top.add(found.candidates());
                regions[0] += found.regions();
                progress.step();
              });
        }
        return new Search(images.size(), regions[0], top.best());
      }
    }
  }

  /** Draws regions image by image, so that each image is read once and none is kept. */
  private static final class Crops {

    private record Wanted(int unit, Found found) {}

    private final Run run;
    private final NetworkDefinition network;
    private final ReceptiveField field;
    private final Map<String, List<Wanted>> wanted = new TreeMap<>();
    private final Map<Wanted, Picture> drawn = new HashMap<>();

    Crops(Run run, NetworkDefinition network, ReceptiveField field) {
      this.run = run;
      this.network = network;
      this.field = field;
    }

    void want(int unit, List<Found> regions) {
      regions.forEach(
          found ->
              wanted
                  .computeIfAbsent(found.imageId(), id -> new ArrayList<>())
                  .add(new Wanted(unit, found)));
    }

    void draw() throws IOException {
      Map<String, Sample> samples = run.test().byId();
      for (Map.Entry<String, List<Wanted>> ofImage : wanted.entrySet()) {
        RgbImage image = ImageFiles.read(samples.get(ofImage.getKey()).image());
        for (Wanted one : ofImage.getValue()) {
          drawn.computeIfAbsent(one, key -> draw(image, key));
        }
      }
    }

    private Picture draw(RgbImage image, Wanted one) {
      return RegionCrop.framed(
          RegionCrop.of(image, one.found().region(), network, CROP_SIDE),
          field.of(one.unit()),
          network.inputSize(),
          String.format(Locale.ROOT, "%.1f", one.found().activation()));
    }

    List<Excited> of(int unit, List<Found> regions) {
      return regions.stream()
          .map(
              found ->
                  new Excited(
                      found.imageId(),
                      found.region(),
                      found.activation(),
                      drawn.get(new Wanted(unit, found))))
          .toList();
    }
  }
}
