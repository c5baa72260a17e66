package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.svm.LinearModel;

/** Detector files that are not what a run packed. */
@TestInstance(Lifecycle.PER_CLASS)
class DamagedDetectorTest {

  private static final String DESCRIPTION = "detector.json";
  private static final String WEIGHTS = "weights.safetensors";
  private static final String HEAD = "head.model";
  private static final String BBOX = "bbox.model";

  private Path folder;
  private Path run;
  private DetectorFile intact;
  private Map<String, byte[]> parts;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    folder = temporary;
    run = Files.createDirectory(folder.resolve("run"));
    // What killed runs of this version and of earlier ones leave.
    Files.writeString(run.resolve("detector.rcnn.partial"), "half");
    Files.writeString(run.resolve("zipfstmp123.tmp"), "half");
    Files.writeString(run.resolve("detector-weights.safetensors.partial"), "half");
    TinyDetector.train(run);
    intact = DetectorFile.read(run);
    parts = parts(run.resolve(DetectorFile.NAME));
  }

  private static Map<String, byte[]> parts(Path detector) throws IOException {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(detector))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        parts.put(entry.getName(), zip.readAllBytes());
      }
    }
    return parts;
  }

  /** A detector of some parts, whose checksums fit. */
  private Path packed(Map<String, byte[]> changed, int method) throws IOException {
    Path file = folder.resolve("changed.rcnn");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> part : changed.entrySet()) {
        ZipEntry entry = new ZipEntry(part.getKey());
        CRC32 crc = new CRC32();
        crc.update(part.getValue());
        entry.setMethod(method);
        entry.setSize(part.getValue().length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(part.getValue());
        zip.closeEntry();
      }
    }
    return file;
  }

  private Path with(String part, byte[] bytes) throws IOException {
    Map<String, byte[]> changed = new LinkedHashMap<>(parts);
    changed.put(part, bytes);
    return packed(changed, ZipEntry.DEFLATED);
  }

  private static String refusal(Path file) {
    String refusal = assertThrows(IOException.class, () -> DetectorFile.read(file)).getMessage();
    assertTrue(refusal.startsWith(file + " is "), refusal);
    assertTrue(refusal.endsWith(".") && !refusal.contains("null"), refusal);
    return refusal;
  }

  private void refused(Path file, String reason) {
    assertEquals(
        "%s is a damaged detector: %s; copy it again, or train it again.".formatted(file, reason),
        refusal(file));
  }

  private byte[] described(String from, String to) {
    String text = new String(parts.get(DESCRIPTION), StandardCharsets.UTF_8);
    assertTrue(text.contains(from), text);
    return text.replace(from, to).getBytes(StandardCharsets.UTF_8);
  }

  private interface Model {
    void write(Path file) throws IOException;
  }

  private byte[] written(Model model) throws IOException {
    Path file = folder.resolve("model");
    model.write(file);
    return Files.readAllBytes(file);
  }

  @Test
  void aFlippedBitIsRefusedOrIsInNoPart() throws IOException {
    byte[] regression = written(intact.regressor()::write);
    Random random = new Random(7);
    int refused = 0;
    for (int method : new int[] {ZipEntry.STORED, ZipEntry.DEFLATED}) {
      byte[] whole = Files.readAllBytes(packed(parts, method));
      for (int i = 0; i < 300; i++) {
        byte[] damaged = whole.clone();
        int bit = random.nextInt(8 * whole.length);
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        Path file = Files.write(folder.resolve("flipped.rcnn"), damaged);
        try {
          DetectorFile read = DetectorFile.read(file);
          assertEquals(intact.description(), read.description());
          assertEquals(intact.weights(), read.weights());
          assertEquals(intact.scorer(), read.scorer());
          assertArrayEquals(regression, written(read.regressor()::write));
        } catch (IOException e) {
          assertTrue(e.getMessage().startsWith(file + " is "), e.getMessage());
          refused++;
        }
      }
    }
    // Nearly all bits are in the parts; the others are in dates and the like.
    assertTrue(refused > 550, refused + " of 600");
  }

  @Test
  void aBitOfStoredWeightsIsNoticedByTheChecksum() throws IOException {
    byte[] whole = Files.readAllBytes(packed(parts, ZipEntry.STORED));
    byte[] weights = parts.get(WEIGHTS);
    String begin = new String(weights, 0, 200, StandardCharsets.ISO_8859_1);
    int at = new String(whole, StandardCharsets.ISO_8859_1).indexOf(begin) + weights.length - 1;
    whole[at] ^= 1;
    refused(
        Files.write(folder.resolve("flipped.rcnn"), whole),
        "its part weights.safetensors is not as it was packed, its checksum is another");
  }

  @Test
  void aFileThatIsCutIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(run.resolve(DetectorFile.NAME));
    for (int length = 0; length < whole.length; length += whole.length / 40) {
      refusal(Files.write(folder.resolve("cut.rcnn"), Arrays.copyOf(whole, length)));
    }
  }

  @Test
  void aPartThatIsMissingOrCutIsNamed() throws IOException {
    for (String part : List.of(DESCRIPTION, WEIGHTS, HEAD, BBOX)) {
      Map<String, byte[]> without = new LinkedHashMap<>(parts);
      without.remove(part);
      refused(packed(without, ZipEntry.DEFLATED), "it lacks its part " + part);
      byte[] bytes = parts.get(part);
      for (int length = 0; length < bytes.length; length += bytes.length / 10) {
        String refusal = refusal(with(part, Arrays.copyOf(bytes, length)));
        assertTrue(refusal.contains("its part " + part), refusal);
      }
    }
  }

  @Test
  void aHeadOfOtherClassesOrFeaturesIsRefused() throws IOException {
    LinearModel head = (LinearModel) intact.scorer();
    List<String> classes = head.classes();
    List<String> turned = new ArrayList<>(classes);
    Collections.swap(turned, 0, 1);
    LinearModel swapped = new LinearModel(turned, head.dimension(), head.weights(), head.bias(), 1);
    refused(
        with(HEAD, written(swapped::write)),
        "class 1 of its part head.model is '%s', and of its part detector.json '%s'"
            .formatted(turned.get(0), classes.get(0)));
    int fewer = classes.size() - 1;
    LinearModel short1 =
        new LinearModel(
            classes.subList(0, fewer),
            head.dimension(),
            Arrays.copyOf(head.weights(), fewer * head.dimension()),
            Arrays.copyOf(head.bias(), fewer),
            1);
    refused(
        with(HEAD, written(short1::write)),
        "its part head.model has %d classes, and its part detector.json has %d"
            .formatted(fewer, classes.size()));
    LinearModel narrow = new LinearModel(classes, 3, new float[3 * classes.size()], head.bias(), 1);
    refused(
        with(HEAD, written(narrow::write)),
        "its part head.model is made for 3 features, and its network gives " + head.dimension());
  }

  @Test
  void aDescriptionWithOneClassMoreIsRefused() throws IOException {
    String first = "\"" + intact.description().classes().get(0) + "\",";
    Map<String, byte[]> changed = new LinkedHashMap<>(parts);
    String text = new String(described(first, first + "\"unicorn\","), StandardCharsets.UTF_8);
    changed.put(
        DESCRIPTION,
        text.replaceAll("(?s)\"thresholds\".*", "\"thresholds\" : []}")
            .getBytes(StandardCharsets.UTF_8));
    String refusal = refusal(packed(changed, ZipEntry.DEFLATED));
    assertTrue(refusal.contains("its part weights.safetensors has shape"), refusal);
  }

  @Test
  void numbersThatAreNotFiniteAreRefused() throws IOException {
    byte[] weights = parts.get(WEIGHTS).clone();
    // Little-endian, the last value.
    ByteBuffer.wrap(weights).putInt(weights.length - Float.BYTES, Integer.reverseBytes(0x7f800000));
    String refusal = refusal(with(WEIGHTS, weights));
    assertTrue(refusal.contains("in its part weights.safetensors, the tensor"), refusal);
    assertTrue(refusal.contains("has the value Infinity"), refusal);
  }

  @Test
  void aDescriptionThatIsNotOneIsRefused() throws IOException {
    refused(
        with(DESCRIPTION, new byte[] {'{', '"', (byte) 0xff}),
        "its part detector.json is not JSON");
    refused(
        with(DESCRIPTION, "[]".getBytes(StandardCharsets.UTF_8)),
        "its part detector.json is not a JSON object");
    refused(with(DESCRIPTION, new byte[0]), "its part detector.json is not a JSON object");
    refused(
        with(DESCRIPTION, described("\"seed\" : ", "\"seed\" : 99999999999999999999999")),
        "in its part detector.json, 'seed' is missing or has no valid value");
    refused(
        with(DESCRIPTION, described("\"classes\" : [ ", "\"classes\" : [ null, ")),
        "its part detector.json has an empty value");
    String deep = "[".repeat(100_000);
    refused(
        with(DESCRIPTION, ("{\"version\":" + deep).getBytes(StandardCharsets.UTF_8)),
        "its part detector.json is not JSON");
  }

  @Test
  void aPartThatUnpacksToMoreThanItsNetworkExplainsIsRefusedUnread() throws IOException {
    String refusal = refusal(with(HEAD, new byte[50 << 20]));
    assertTrue(refusal.contains("its part head.model has 52,428,800 bytes, and its"), refusal);
  }

  @Test
  void aPartThatUnpacksToAHundredTimesItsSizeIsRefusedUnread() throws IOException {
    byte[] changed = described("\"architecture\" : \"tiny\"", "\"architecture\" : \"vgg16\"");
    Map<String, byte[]> bomb = new LinkedHashMap<>(parts);
    bomb.put(DESCRIPTION, changed);
    bomb.put(WEIGHTS, new byte[100 << 20]);
    String refusal = refusal(packed(bomb, ZipEntry.DEFLATED));
    assertTrue(refusal.contains("to 104,857,600 bytes, which no weights do"), refusal);
  }

  @Test
  void aClassThatNoFileCouldBeNamedAfterIsRefused() throws IOException {
    refused(
        with(DESCRIPTION, described("\"classes\" : [ ", "\"classes\" : [ \"a\\nb\", ")),
        "its class 1 has a class name that cannot be part of a file name");
  }

  @Test
  void packingLeavesTheDetectorAloneAndTheSameBytes() throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      assertTrue(names.contains(DetectorFile.NAME), names.toString());
      assertFalse(
          names.stream().anyMatch(name -> name.matches(".*(partial|tmp|safetensors)")),
          names.toString());
    }
    byte[] before = Files.readAllBytes(run.resolve(DetectorFile.NAME));
    TinyDetector.train(run);
    assertArrayEquals(before, Files.readAllBytes(run.resolve(DetectorFile.NAME)));
  }
}
