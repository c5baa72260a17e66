package org.rcnn.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkSettingsTest {

  @TempDir Path folder;

  @Test
  void librariesThatTheManifestNamesTravelWithTheProgram() throws IOException {
    // As the program is packed: rcnn.jar beside lib, whose jars only its manifest names.
    Path lib = Files.createDirectories(folder.resolve("with space/lib"));
    Path leaf = jar(lib.resolve("leaf.jar"), null);
    Path inner = jar(lib.resolve("inner.jar"), "leaf.jar missing.jar");
    Path program = jar(lib.resolveSibling("rcnn.jar"), "lib/inner.jar lib/leaf.jar");
    Path classes = Files.createDirectory(folder.resolve("classes"));

    String classPath =
        String.join(
            File.pathSeparator, program.toString(), "", classes.toString(), leaf.toString());

    assertEquals(
        List.of(program, inner, leaf, classes),
        new ArrayList<>(SparkSettings.wholeClassPath(classPath)));
  }

  @Test
  void namesThatMakeNoSenseAndFilesThatAreNoJarsArePassedOver() throws IOException {
    Path blank = jar(folder.resolve("blank.jar"), " ");
    Path odd = jar(folder.resolve("odd.jar"), "http://example.org/x.jar a|b.jar");
    Path text = Files.writeString(folder.resolve("notes.txt"), "no jar");

    String classPath = blank + File.pathSeparator + odd + File.pathSeparator + text;

    assertEquals(
        List.of(blank, odd, text), new ArrayList<>(SparkSettings.wholeClassPath(classPath)));
  }

  private static Path jar(Path file, String classPath) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (classPath != null) {
      manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
    }
    new JarOutputStream(Files.newOutputStream(file), manifest).close();
    return file;
  }
}
