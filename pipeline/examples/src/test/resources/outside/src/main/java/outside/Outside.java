package outside;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rcnn.data.Detection;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.data.voc.VocResults;
import org.rcnn.examples.DetectInMany;
import org.rcnn.examples.DetectInPhoto;
import org.rcnn.examples.EvaluateDetections;
import org.rcnn.examples.MeanAveragePrecision;
import org.rcnn.examples.OwnProposals;
import org.rcnn.examples.ProposeBoxes;
import org.rcnn.examples.SvmsOnOwnFeatures;
import org.rcnn.examples.TrainOnFolder;
import org.rcnn.pipeline.Detector;
import org.slf4j.spi.SLF4JServiceProvider;

/** Runs every example on a few generated scenes. Argument: an empty folder. */
public final class Outside {

  private static final String[] TINY = {
    "proposals.mode=authors-fast",
    "proposals.max-boxes=30",
    "finetune.enabled=false",
    "thresholds.enabled=false"
  };

  private Outside() {}

  public static void main(String[] arguments) throws Exception {
    requireModules();
    require(
        ServiceLoader.load(SLF4JServiceProvider.class).stream().count() == 1,
        "Logback is the only logger");
    Path folder = Path.of(arguments[0]);
    String data = folder.resolve("scenes").toString();
    String run = folder.resolve("run").toString();
    new SceneGenerator(3).writeDevkit(Path.of(data), 2, 2, 1);
    Dataset dataset = DatasetFormats.installed().open(Path.of(data));
    String photo = dataset.image(dataset.imageIds("test").get(0)).toString();
    TrainOnFolder.main(joined(data, run));
    DetectInPhoto.main(new String[] {run, photo});
    DetectInMany.main(new String[] {run, Path.of(photo).getParent().toString()});
    ProposeBoxes.main(new String[] {photo, "3"});
    OwnProposals.main(joined(data, folder.resolve("own").toString(), photo));
    SvmsOnOwnFeatures.main(new String[] {data, "trainval", folder.resolve("svm").toString()});
    Map<String, List<Detection>> found = new HashMap<>();
    try (Detector detector = Detector.load(Path.of(run))) {
      found.put(dataset.imageIds("test").get(0), detector.detect(Path.of(photo)));
    }
    Path results = folder.resolve("results");
    VocResults.ofImages(SceneGenerator.classes(), found).write(results, "test");
    EvaluateDetections.main(new String[] {data, "test", results.toString()});
    MeanAveragePrecision.main(new String[0]);
    System.out.println("Every example ran.");
  }

  private static String[] joined(String... first) {
    return Stream.concat(Stream.of(first), Stream.of(TINY)).toArray(String[]::new);
  }

  /** The library's jars are modules of the names that they state, and share no package. */
  private static void requireModules() {
    Path[] jars =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(Files::isRegularFile)
            .filter(jar -> jar.getFileName().toString().matches("(rcnn-|libsvm-).*\\.jar"))
            .toArray(Path[]::new);
    ModuleFinder finder = ModuleFinder.of(jars);
    Set<String> names =
        finder.findAll().stream()
            .map(ModuleReference::descriptor)
            .map(descriptor -> descriptor.name())
            .collect(Collectors.toCollection(TreeSet::new));
    require(
        names.equals(
            new TreeSet<>(
                Set.of(
                    "libsvm",
                    "org.rcnn.cnn",
                    "org.rcnn.data",
                    "org.rcnn.eval",
                    "org.rcnn.pipeline",
                    "org.rcnn.proposals",
                    "org.rcnn.svm"))),
        "modules are " + names);
    // Refuses a package that two modules have.
    Configuration.resolve(
        finder, List.of(ModuleLayer.boot().configuration()), ModuleFinder.of(), names);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("It does not hold that " + what + ".");
    }
  }
}
