package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;

/** Maven runs tests in the module's folder. */
class ReadmeTest {

  private static final Path README = Path.of("../../README.md");
  private static final Path PROGRAM = Path.of("src/test/java/org/rcnn/pipeline/ReadmeSnippet.java");

  /** The lines between two marks, without their indentation. */
  private static List<String> between(String begin, String end, Path file) throws IOException {
    List<String> lines = Files.readAllLines(file).stream().map(String::strip).toList();
    int first = lines.indexOf(begin) + 1;
    List<String> rest = lines.subList(first, lines.size());
    return rest.subList(0, rest.indexOf(end));
  }

  @Test
  void theJavaSnippetIsTheProgramThatIsCompiledAndRun() throws IOException {
    List<String> shown = between("```java", "```", README);
    assertFalse(shown.isEmpty());
    assertEquals(shown, between("// README begins here.", "// README ends here.", PROGRAM));
  }

  @Test
  void theJavaSnippetPrintsWhatTheDetectorFinds(@TempDir Path folder) throws Exception {
    Path run = folder.resolve("runs/photos");
    TinyDetector.train(run);
    Path photo = Files.copy(TinyDetector.scene(run), folder.resolve("a.jpg"));

    List<String> expected = new ArrayList<>();
    try (Detector detector = Detector.load(run)) {
      for (Detection found : detector.detect(ImageFiles.read(photo))) {
        expected.add("%s %s %s".formatted(found.className(), found.probability(), found.box()));
      }
    }
    assertFalse(expected.isEmpty());
    ChildJvm program = ChildJvm.run(folder, ChildJvm.classPath(), ReadmeSnippet.class.getName());
    assertEquals(expected, program.output().lines().toList());
    assertEquals(0, program.status());
  }
}
