package org.rcnn.data.folder;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The files of a folder or a zip, each identified by its path with forward slashes. */
sealed interface FileTree extends Closeable {

  /** The paths of all files, sorted. */
  List<String> paths();

  /** The content of a file. Thread-safe. */
  byte[] read(String path) throws IOException;

  static FileTree open(Path root) throws IOException {
    if (Files.isDirectory(root)) {
      List<String> paths = new ArrayList<>();
      Files.walkFileTree(
          root,
          Set.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                paths.add(root.relativize(file).toString().replace('\\', '/'));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof FileSystemLoopException) {
                // A link to an enclosing folder, whose files are listed already.
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
      Collections.sort(paths);
      return new Folder(root, List.copyOf(paths));
    }
    if (!Files.exists(root)) {
      throw new IOException("There is no folder or zip %s.".formatted(root));
    }
    ZipFile zip;
    try {
      zip = new ZipFile(root.toFile(), StandardCharsets.UTF_8);
    } catch (ZipException e) {
      throw new IOException(
          "The file %s is not a readable zip: %s.".formatted(root, e.getMessage()), e);
    }
    List<String> paths =
        zip.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).sorted().toList();
    return new Zip(zip, paths);
  }

  /** Files of a folder. */
  record Folder(Path root, List<String> paths) implements FileTree {

    @Override
    public byte[] read(String path) throws IOException {
      return Files.readAllBytes(root.resolve(path));
    }

    @Override
    public void close() {}
  }

  /** Entries of a zip, decompressed when they are read. */
  record Zip(ZipFile zip, List<String> paths) implements FileTree {

    @Override
    public byte[] read(String path) throws IOException {
      ZipEntry entry = zip.getEntry(path);
      if (entry == null) {
        throw new IOException("The zip %s holds no %s.".formatted(zip.getName(), path));
      }
      try (InputStream stream = zip.getInputStream(entry)) {
        return stream.readAllBytes();
      }
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }
}
