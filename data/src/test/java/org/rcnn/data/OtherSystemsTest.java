package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.export.DatasetExport;
import org.rcnn.data.export.DetectionExport;
import org.rcnn.data.export.DetectionFormat;
import org.rcnn.data.export.ExportFormat;
import org.rcnn.data.folder.ImageFolder;
import org.rcnn.data.folder.PackedImages;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.data.voc.VocAnnotationWriter;
import org.rcnn.data.voc.VocResults;

/**
 * Readers, writers and stores in file systems with the names of others: backslashes, one file for
 * names that differ in case alone, no permissions of POSIX, no files of the system and no mapping.
 */
class OtherSystemsTest {

  /** Systems whose names and attributes are imitated in memory. */
  enum Kind {
    WINDOWS(Configuration.windows(), "C:\\photos of mine"),
    MAC(Configuration.osX(), "/Users/me/Photos"),
    LINUX(Configuration.unix(), "/home/me");

    private final Configuration configuration;
    private final String folder;

    Kind(Configuration configuration, String folder) {
      this.configuration = configuration;
      this.folder = folder;
    }

    FileSystem open() {
      return Jimfs.newFileSystem(configuration);
    }

    Path folder(FileSystem files) throws IOException {
      return Files.createDirectories(files.getPath(folder));
    }

    boolean ignoresCase() {
      return this != LINUX;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyFormatIsWrittenAndReadBack(Kind kind) throws IOException {
    try (FileSystem files = kind.open()) {
      Path folder = kind.folder(files);
      new SceneGenerator(7).writeDevkit(folder.resolve("made"), 2, 1, 1);
      Dataset made = DatasetFormats.installed().open(folder.resolve("made"));
      List<String> problems = new ArrayList<>();
      for (ExportFormat format : ExportFormat.values()) {
        Path place = folder.resolve(format.label());
        DatasetExport.write(made, format, place, ExifOrientation.APPLY, problems::add);
        Dataset read = DatasetFormats.installed().open(place);
        assertEquals(List.of(), problems);
        assertEquals(made.annotatedIds(), read.annotatedIds(), format::label);
        for (String id : made.annotatedIds()) {
          assertEquals(made.annotation(id).objects().size(), read.annotation(id).objects().size());
          assertEquals(
              ImageFiles.read(made.image(id)).width(), ImageFiles.read(read.image(id)).width());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void storesAreResumedAndReadWithoutMapping(Kind kind) throws IOException {
    try (FileSystem files = kind.open()) {
      Path folder = kind.folder(files);
      Path file = folder.resolve("features.bin");
      float[] first = {1, 0, 2, 0};
      float[] second = {0, 3, 0, 4};
      try (FeatureStore.Writer writer = FeatureStore.resume(file, 4, Encoding.SPARSE_FP16)) {
        writer.append("a", first, 1);
        // Not committed, as when a process is killed.
      }
      try (FeatureStore.Writer writer = FeatureStore.resume(file, 4, Encoding.SPARSE_FP16)) {
        writer.append("b", second, 1);
        writer.commit();
      }
      try (FeatureStore store = FeatureStore.open(file)) {
        assertEquals(List.of("a", "b"), List.copyOf(store.imageIds()));
      }
      Path boxes = folder.resolve("boxes.bin");
      try (ProposalStore.Writer writer = ProposalStore.create(boxes)) {
        writer.append("a", List.of(new Box(1, 2, 3, 4)));
        writer.commit();
      }
      try (ProposalStore store = ProposalStore.open(boxes)) {
        assertEquals(List.of(new Box(1, 2, 3, 4)), store.boxes("a"));
      }
      try (Stream<Path> left = Files.list(folder)) {
        assertEquals(2, left.count());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void foldersOfImagesAreReadAndPacked(Kind kind) throws IOException {
    try (FileSystem files = kind.open()) {
      Path folder = kind.folder(files);
      new SceneGenerator(7).writeAuxiliarySet(folder.resolve("set"), 2, 1);
      try (ImageFolder images = ImageFolder.open(folder.resolve("set"))) {
        Path packed = folder.resolve("train.packed");
        try (PackedImages all =
            PackedImages.pack(
                images.train(), 16, packed, 1, done -> {}, problem -> assertEquals("", problem))) {
          assertEquals(images.train().size(), all.count());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aZipOutsideTheSystemsFilesIsRefusedWithTheWayOut(Kind kind) throws IOException {
    try (FileSystem files = kind.open()) {
      Path zip = kind.folder(files).resolve("images.zip");
      try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
        out.putNextEntry(new ZipEntry("train/a/1.jpg"));
      }
      String told = assertThrows(IOException.class, () -> ImageFolder.open(zip)).getMessage();
      assertTrue(told.startsWith(zip.toString()), told);
      assertTrue(told.contains("copy it there first"), told);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileReplacesOneOfAnotherSpelling(Kind kind) throws IOException {
    try (FileSystem files = kind.open()) {
      Path folder = kind.folder(files);
      AtomicFile.writeText(folder.resolve("a.txt"), "old");
      AtomicFile.writeText(folder.resolve("A.txt"), "new");
      assertEquals(kind.ignoresCase() ? "new" : "old", Files.readString(folder.resolve("a.txt")));
      AtomicFile.make(
          folder.resolve("made"),
          place -> {
            Files.createDirectories(place.resolve("deep"));
            Files.writeString(place.resolve("deep").resolve("b.txt"), "b");
          });
      assertEquals("b", Files.readString(folder.resolve("made").resolve("deep").resolve("b.txt")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void classesThatWouldShareAFileAreTold(Kind kind) throws IOException {
    try (FileSystem files = kind.open()) {
      Path folder = kind.folder(files);
      assertEquals(kind.ignoresCase(), FileNames.ignoreCase(folder));
      assertEquals(Optional.empty(), FileNames.objection(folder, List.of("cat", "dog"), "class"));
      Optional<String> alike = FileNames.objection(folder, List.of("cat", "Cat"), "class");
      assertEquals(kind.ignoresCase(), alike.isPresent());
      alike.ifPresent(told -> assertTrue(told.contains("'cat' and 'Cat'"), told));
      assertTrue(FileNames.objection(folder, List.of("either/or"), "class").isPresent());
      assertEquals(
          kind == Kind.WINDOWS,
          FileNames.objection(folder, List.of("red: light?"), "class").isPresent());
    }
  }

  @Test
  void whereCaseCountsFilesInItsFolderSaySo() throws IOException {
    Path here = Path.of("src").toAbsolutePath();
    assertEquals(Files.exists(here.resolveSibling("SRC")), FileNames.ignoreCase(here));
  }

  @ParameterizedTest
  @EnumSource
  void detectionsOfImagesThatDifferInCaseHaveFilesOfTheirOwn(Kind kind) throws IOException {
    try (FileSystem files = kind.open()) {
      Path place = kind.folder(files).resolve("found");
      List<Detection> one = List.of(new Detection("cat", 1, new Box(0, 0, 4, 4)));
      try (DetectionExport export =
          new DetectionExport(DetectionFormat.YOLO, place, List.of("cat"))) {
        export.add(Path.of("a", "IMG_1.jpg"), 8, 8, one);
        export.add(Path.of("b", "img_1.jpg"), 8, 8, List.of());
        export.commit();
      }
      try (Stream<Path> written = Files.list(place)) {
        // classes.txt is the third.
        assertEquals(3, written.count());
      }
      assertFalse(Files.readString(place.resolve("IMG_1.txt")).isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource
  void anImageThatWouldReplaceAnotherIsLeftOutWithASentence(Kind kind) throws IOException {
    // The set itself lies where case counts.
    try (FileSystem source = Kind.LINUX.open();
        FileSystem files = kind.open()) {
      Path set = Kind.LINUX.folder(source).resolve("set");
      new SceneGenerator(7).writeDevkit(set, 1, 1, 0);
      Dataset made = DatasetFormats.installed().open(set);
      List<String> ids = made.annotatedIds();
      Path folder = Files.createDirectories(source.getPath("/two"));
      for (String name : List.of("photo", "PHOTO")) {
        String id = name.equals("photo") ? ids.get(0) : ids.get(1);
        Files.copy(made.image(id), folder.resolve(name + ".jpg"));
        VocAnnotationWriter.write(
            folder.resolve(name + ".xml"), "two", name + ".jpg", made.annotation(id));
      }
      List<String> problems = new ArrayList<>();
      DatasetExport.Summary summary =
          DatasetExport.write(
              DatasetFormats.installed().open(folder),
              ExportFormat.VOC,
              kind.folder(files).resolve("out"),
              ExifOrientation.APPLY,
              problems::add);
      assertEquals(kind.ignoresCase() ? 1 : 2, summary.images());
      assertEquals(
          kind.ignoresCase() ? 1 : 0,
          problems.stream().filter(told -> told.contains("upper and lower case alone")).count(),
          problems::toString);
    }
  }

  @ParameterizedTest
  @EnumSource
  void resultFilesAreReadBack(Kind kind) throws IOException {
    try (FileSystem files = kind.open()) {
      Path folder = kind.folder(files).resolve("detections");
      Detection found = new Detection("traffic light", 0.5, new Box(0, 0, 9, 9));
      VocResults.ofImages(List.of("cat", "traffic light"), Map.of("x/1", List.of(found)))
          .write(folder, "test");
      VocResults read = VocResults.read(folder, "test");
      assertEquals(List.of("cat", "traffic light"), read.classes());
      assertEquals(found.box(), read.lines("traffic light").get(0).detection().box());
    }
  }
}
