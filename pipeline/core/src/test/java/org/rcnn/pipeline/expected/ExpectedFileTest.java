package org.rcnn.pipeline.expected;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.rcnn.pipeline.config.ConfigException;

class ExpectedFileTest {

  private static final Path FOLDER = Path.of("src/main/resources/org/rcnn/pipeline/expected");

  @TempDir Path folder;

  /** Two rows of a grid, with three seeds. */
  static String cats() throws IOException {
    try (var in = ExpectedFileTest.class.getResourceAsStream("cats.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private ExpectedResults read(String json) throws IOException {
    return ExpectedFile.read(Files.writeString(folder.resolve("cats.json"), json));
  }

  static Stream<String> names() {
    return ExpectedFile.names().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void theProjectsOwnFilesAreCompleteAndTheirFiguresBearTheirClaims(String name)
      throws IOException {
    ExpectedResults expected = ExpectedFile.packaged(name);
    assertEquals(name, expected.name());
    assertNotNull(expected.images());
    assertNotNull(expected.recorded());
    expected
        .rows()
        .forEach(row -> row.figures().values().forEach(figure -> assertNotNull(figure.mean())));
    for (ExpectedResults.Claim claim : expected.claims()) {
      double left = expected.figure(claim.left(), claim.figure()).mean();
      double right =
          claim.right() == null ? 0 : expected.figure(claim.right(), claim.figure()).mean();
      assertTrue(claim.holds(left, right), claim.label());
    }
  }

  @Test
  void everyFileIsKnownByName() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertEquals(
          new TreeSet<>(ExpectedFile.names()),
          files
              .map(file -> file.getFileName().toString().replace(".json", ""))
              .collect(Collectors.toCollection(TreeSet::new)));
    }
  }

  @Test
  void whatIsWrittenIsReadAgainAndEachRowHasALine() throws IOException {
    ExpectedResults expected = read(cats());
    Path again = folder.resolve("again.json");
    ExpectedFile.write(again, expected);
    assertEquals(expected, ExpectedFile.read(again));
    String row =
        """
            {"name": "fc7", "command": "grid", "key": {"finetuned": false, "layer": "fc7"}, \
        "figures": {"mAP": {"mean": 0.2, "spread": null, "tolerance": 0.01}}}""";
    assertTrue(Files.readString(again).lines().anyMatch(row::equals), Files.readString(again));
  }

  @Test
  void theFingerprintOfTheWeightsMayBeLeftOut() throws IOException {
    assertNull(read(cats()).backboneFingerprint());
    ExpectedResults known =
        read(cats().replace("\"seeds\":", "\"backbone_fingerprint\": \"fed\", \"seeds\":"));
    assertEquals("fed", known.backboneFingerprint());
    Path again = folder.resolve("again.json");
    ExpectedFile.write(again, known);
    assertEquals(known, ExpectedFile.read(again));
    ExpectedFile.write(again, read(cats()));
    assertFalse(Files.readString(again).contains("backbone"), Files.readString(again));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "seeds":             | "seed": 1, "seeds":  | there is no key 'seed'.
          "seeds": [1, 2, 3],  | ``                   | the key 'seeds' is missing.
          "spread": 0.02       | "spread": 0.02, "deviation": 0.02 | there is no key 'rows[0].figures.mAP.deviation'.
          "right": null,       | ``                   | the key 'claims[1].right' is missing.
          "tolerance": 0.01}}} | "tolerance": 7}}}    | rows[0].figures.ap.cat: tolerance must lie between 0.0 and 1.0; it is 7.0.
          [1, 2, 3]            | [1, 2, 1]            | there are two of seed '1'.
          [1, 2, 3]            | [0]                  | seeds must be at least 1; it is 0.
          "left": "FT fc7"     | "left": "fc6"        | a claim names the figure mAP of row 'fc6', which does not exist.
          {FT fc7; ap.cat; 0}  | {FT fc7; ap.dog; 0}  | table both names the figure ap.dog of row 'FT fc7', which does not exist.
          {"data": "photos of cats"} | {}             | command grid needs {data}, but 'needs' does not say what that is.
          "name": "grid"       | "name": "table"      | row 'FT fc7' is of command 'grid', which does not exist.
          "markdown"           | "pdf"                | tables.both.layout: must be one of markdown, console; it is pdf.
          "-"]                 | "-", "7"]            | lines must all have 3 cells like the first; one has 4
          """)
  void aFaultIsRefusedWithFileAndKey(String right, String wrong, String words) throws IOException {
    String json = cats();
    assertTrue(json.contains(right));
    IOException refusal =
        assertThrows(IOException.class, () -> read(json.replace(right, wrong)), words);
    assertTrue(refusal.getMessage().startsWith(folder.resolve("cats.json") + ": "));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
  }

  @Test
  void aFileThatIsCutOffIsRefusedWithItsLine() throws IOException {
    String json = cats();
    IOException refusal =
        assertThrows(IOException.class, () -> read(json.substring(0, json.length() / 2)));
    assertTrue(refusal.getMessage().contains("cats.json"), refusal.getMessage());
    assertTrue(
        assertThrows(IOException.class, () -> read("{]")).getMessage().contains("line 1"),
        "no line");
    String deep = "[".repeat(2000);
    String nested = assertThrows(IOException.class, () -> read(deep)).getMessage();
    assertTrue(nested.contains("is not valid JSON: "), nested);
    assertFalse(nested.contains("line"), nested);
    assertTrue(
        assertThrows(IOException.class, () -> read("null")).getMessage().contains("is empty"),
        "an empty file");
  }

  @Test
  void anUnknownNameIsRefusedWithTheNamesThatThereAre() {
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> ExpectedFile.of("imagenet"));
    assertTrue(refusal.getMessage().contains("demo, voc2007-small"), refusal.getMessage());
  }

  @Test
  void namesInArgumentsStandForWhatTheUserGives() throws IOException {
    assertEquals(
        "ablate --data a $1 folder --weights=runs/x/w.npz",
        String.join(
            " ",
            read(cats()).commands().get(0).filled(Map.of("data", "a $1 folder", "out", "runs/x"))));
  }
}
