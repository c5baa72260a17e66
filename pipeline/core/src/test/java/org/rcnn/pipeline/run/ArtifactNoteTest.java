package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.pipeline.run.ArtifactNote.Made;

class ArtifactNoteTest {

  @TempDir Path folder;

  private Path written(Made made) throws IOException {
    Path file = folder.resolve("note.json");
    new ArtifactNote("proposals", 1, Json.object(), Optional.of(List.of(made))).write(file);
    return file;
  }

  @Test
  void aNoteComesBack() throws IOException {
    Made made = new Made("inside/0123.bin", 5, "00");
    assertEquals(Optional.of(List.of(made)), ArtifactNote.read(written(made)).files());
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(strings = {"../x", "../../../../etc/passwd", "a/../../x", "/etc/passwd", "a\0b"})
  void aFileOutsideTheStagesFolderIsRefused(String path) throws IOException {
    Path file = written(new Made(path, 5, "00"));
    String refusal = assertThrows(IOException.class, () -> ArtifactNote.read(file)).getMessage();
    assertTrue(refusal.startsWith(file + " is damaged"), refusal);
  }
}
