package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.rcnn.data.Annotation;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.ClassNames;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.dataset.DrawnSplit;
import org.rcnn.data.dataset.SplitTable;
import org.rcnn.pipeline.config.PipelineConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of a run: those of the splits that it asks for or, where the data lacks one, of a
 * seeded split that is written into the run's folder.
 *
 * @param dataset the folder's images
 * @param config what is asked for
 * @param hasTrain whether the data has the split to train on
 * @param hasTest whether the data has the split to test on
 */
record RunImages(Dataset dataset, PipelineConfig config, boolean hasTrain, boolean hasTest) {

  private static final Logger LOG = LoggerFactory.getLogger(RunImages.class);

  /** What a drawn split was drawn from, beside its lists. */
  private static final String NOTE = "ImageSets/drawn.json";

  /**
   * Opens a folder of images.
   *
   * @throws IOException if it cannot be read, or lacks a split that the configuration does not
   *     allow to be drawn
   */
  static RunImages open(Path data, PipelineConfig config) throws IOException {
    Dataset dataset = DatasetFormats.installed().open(data);
    PipelineConfig.Data asked = config.data();
    boolean none = dataset.splits().isEmpty();
    RunImages images =
        new RunImages(dataset, config, has(dataset, asked.train()), has(dataset, asked.test()));
    if (asked.splitTestShare() > 0 || images.hasTrain && images.hasTest) {
      return images;
    }
    if (none) {
      throw new IOException(
          ("%s has no splits, which say which images to train and test on; %s, or split the images"
                  + " at random with --set data.split-test-share=0.3.")
              .formatted(dataset.root(), dataset.splitAdvice()));
    }
    String missing = images.hasTrain ? asked.test() : asked.train();
    throw new IOException(
        ("%s has no split '%s', only %s; name one of them with --set data.%s=..., or draw images at"
                + " random with --set data.split-test-share=0.3.")
            .formatted(
                dataset.root(),
                missing,
                String.join(", ", dataset.splits()),
                images.hasTrain ? "test" : "train"));
  }

  /**
   * The images with a split of a finished run, which is the data's own or was drawn by the run;
   * nothing is written.
   *
   * @param folder the run's folder, which has the lists of a drawn split
   * @throws IOException if the images or lists cannot be read
   */
  static Dataset finished(Path data, String split, Path folder) throws IOException {
    Dataset dataset = DatasetFormats.installed().open(data);
    return has(dataset, split) ? dataset : dataset.withLists(SplitTable.read(folder));
  }

  /** Whether a split is listed, if only as an empty one, or can be read without being listed. */
  private static boolean has(Dataset dataset, String split) throws IOException {
    if (!SplitTable.partsOf(split, dataset.splits()).isEmpty()) {
      return true;
    }
    try {
      return !dataset.imageIds(split).isEmpty();
    } catch (IOException e) {
      LOG.debug("No split {}.", split, e);
      return false;
    }
  }

  /**
   * The images, with a drawn split where one is missing; its lists are in the run's folder then.
   *
   * @throws IOException if the lists cannot be written, there are too few images, or {@code
   *     problems} is strict and a file of the folder belongs to no image
   */
  Dataset in(Path folder, Problems problems) throws IOException {
    if (hasTrain && hasTest) {
      return dataset;
    }
    PipelineConfig.Data asked = config.data();
    if (asked.train().equals(asked.test())) {
      throw new IOException(
          "data.train and data.test are both '%s', so no split can be drawn; give them two names."
              .formatted(asked.train()));
    }
    if (!hasTrain) {
      for (String sentence : dataset.leftOut().values()) {
        problems.report(sentence);
      }
    }
    SplitTable lists =
        new SplitTable(
            folder,
            hasTest
                ? Map.of(asked.train(), withoutTest(asked.test()))
                : drawn(
                    folder, hasTrain ? dataset.imageIds(asked.train()) : dataset.annotatedIds()));
    lists.write(folder);
    LOG.info("the lists of the split are in {}", folder.resolve("ImageSets"));
    return dataset.withLists(lists);
  }

  private List<String> withoutTest(String test) throws IOException {
    List<String> others = new ArrayList<>(dataset.annotatedIds());
    others.removeAll(new TreeSet<>(dataset.imageIds(test)));
    return others;
  }

  private Map<String, List<String>> drawn(Path folder, Collection<String> ids) throws IOException {
    PipelineConfig.Data asked = config.data();
    String from = fingerprint(ids);
    Path note = folder.resolve(NOTE);
    if (Files.exists(note) && from.equals(Json.read(note).path("drawn-from").asText())) {
      SplitTable before = SplitTable.read(folder);
      if (before.names().containsAll(List.of(asked.train(), asked.test()))) {
        return lists(before.ids(asked.train()), before.ids(asked.test()));
      }
    }
    if (ids.size() < 2) {
      throw new IOException(
          "%s has %d annotated images, too few to train on some and test on others."
              .formatted(dataset.root(), ids.size()));
    }
    LOG.info("drawing a split of {} images ...", ids.size());
    DrawnSplit split =
        DrawnSplit.of(dataset, ids, config.seed(), asked.splitTestShare(), asked.exifOrientation());
    if (split.repeated() > 0) {
      LOG.warn(
          "{} pictures are equal or nearly equal to others; they stay on one side of the split.",
          split.repeated());
    }
    split.apart().ifPresent(LOG::warn);
    Map<String, List<String>> lists = lists(split.train(), split.test());
    new SplitTable(folder, lists).write(folder);
    ObjectNode about = Json.object();
    about.put("seed", config.seed());
    about.put("share", asked.splitTestShare());
    about.put("repeated-pictures", split.repeated());
    about.put("drawn-from", from);
    Json.write(note, about);
    return lists;
  }

  private Map<String, List<String>> lists(List<String> train, List<String> test) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    lists.put(config.data().train(), train);
    lists.put(config.data().test(), test);
    return lists;
  }

  /** Of all that the division depends on, with a file's size in place of its pixels. */
  private String fingerprint(Collection<String> ids) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.add(config.seed() + " " + config.data());
    for (String id : new TreeSet<>(ids)) {
      fingerprint.add(id);
      try {
        fingerprint.add(Long.toString(Files.size(dataset.image(id))));
        fingerprint.add(
            dataset.readAnnotation(id, config.data().exifOrientation()).annotation().toString());
      } catch (IOException e) {
        fingerprint.add("unusable");
      }
    }
    return fingerprint.hex();
  }

  /** What to know before anything is trained, a sentence each. */
  static List<String> doubts(DetectionSet train, DetectionSet test) {
    List<String> all = new ArrayList<>();
    for (DetectionSet set : List.of(train, test)) {
      List<GroundTruth> objects =
          set.annotations().stream().map(Annotation::objects).flatMap(List::stream).toList();
      if (!objects.isEmpty() && objects.stream().allMatch(GroundTruth::difficult)) {
        all.add(
            "All %d objects of split '%s' are marked difficult, so none of them counts%s."
                .formatted(
                    objects.size(),
                    set.split(),
                    set == test ? " and there will be no average precision" : " in evaluations"));
      } else if (set == test && objects.isEmpty()) {
        all.add(
            "The images of split '%s' have no objects, so there will be no average precision."
                .formatted(set.split()));
      }
    }
    List<String> names = new ArrayList<>(train.classes());
    names.addAll(test.classes());
    all.addAll(ClassNames.lookAlikes(names));
    return all;
  }
}
