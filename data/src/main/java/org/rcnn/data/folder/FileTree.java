package org.rcnn.data.folder;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RegularFile;
import org.rcnn.data.VerifiedEntry;
import org.rcnn.data.dataset.LinkedFolders;

/** The files of a folder or a zip, each identified by its path with forward slashes. */
sealed interface FileTree extends Closeable {

  /** The paths of all files, sorted. */
  List<String> paths();

  /** The content of a file. Thread-safe. */
  byte[] read(String path) throws IOException;

  static FileTree open(Path root) throws IOException {
    if (Files.isDirectory(root)) {
      List<String> paths =
          LinkedFolders.files(root, file -> false).stream()
              .map(file -> root.relativize(file).toString().replace('\\', '/'))
              .sorted()
              .toList();
      return new Folder(root, paths);
    }
    if (!Files.exists(root)) {
      throw new IOException("There is no folder or zip %s.".formatted(root));
    }
    RegularFile.require(root);
    ZipFile zip;
    try {
      zip = new ZipFile(RegularFile.ofSystem(root), StandardCharsets.UTF_8);
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      // Names that are not in UTF-8 are the third kind.
      String why = e instanceof EOFException ? "it ends early" : e.getMessage();
      throw new IOException("The file %s is not a readable zip: %s.".formatted(root, why), e);
    }
    List<String> paths =
        zip.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).sorted().toList();
    return new Zip(zip, paths);
  }

  /** Files of a folder. */
  record Folder(Path root, List<String> paths) implements FileTree {

    @Override
    public byte[] read(String path) throws IOException {
      return ImageFiles.bytesOf(root.resolve(path));
    }

    @Override
    public void close() {}
  }

  /** Entries of a zip, decompressed when they are read. */
  record Zip(ZipFile zip, List<String> paths) implements FileTree {

    /** Up to this size an image may be of one colour, and shrink to nothing. */
    private static final long UNSUSPICIOUS = 64L << 20;

    /** A larger image that expands more than this is an attack. */
    private static final long LARGEST_EXPANSION = 100;

    @Override
    public byte[] read(String path) throws IOException {
      ZipEntry entry = zip.getEntry(path);
      if (entry == null) {
        throw new IOException("The zip %s holds no %s.".formatted(zip.getName(), path));
      }
      long size = entry.getSize();
      long packed = Math.max(1, entry.getCompressedSize());
      if (size > ImageFiles.MOST_BYTES
          || size > UNSUSPICIOUS && size / packed > LARGEST_EXPANSION) {
        throw new IOException(
            "The image %s/%s unpacks from %,d to %,d bytes; it is not read."
                .formatted(zip.getName(), path, packed, size));
      }
      String name = "The image %s/%s".formatted(zip.getName(), path);
      try (InputStream stream = VerifiedEntry.open(zip, entry, name)) {
        // No more than the size that was checked, whatever the packed bytes hold.
        return stream.readNBytes((int) Math.max(0, size));
      } catch (ZipException | EOFException e) {
        throw new IOException(
            "The image %s/%s cannot be unpacked: %s."
                .formatted(
                    zip.getName(),
                    path,
                    e.getMessage() == null ? "its bytes make no sense" : e.getMessage()),
            e);
      }
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }
}
