package org.rcnn.cli.download;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Unpacks tar files from untrusted sources: only plain files and folders, and only inside the
 * target. Links and devices are refused, and sparse files too, since their size is not that of
 * their bytes.
 */
public final class TarArchive {

  private TarArchive() {}

  /**
   * Unpacks a file into a folder; files of the same name are replaced.
   *
   * @return the number of files
   * @throws IOException in one sentence, if the archive is damaged or contains a refused entry
   */
  public static int unpack(Path archive, Path folder) throws IOException {
    Path target = Files.createDirectories(folder).toAbsolutePath().normalize();
    int files = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
        TarArchiveInputStream entries = new TarArchiveInputStream(in)) {
      TarArchiveEntry entry = next(entries, archive);
      while (entry != null) {
        Path place = place(archive, entry, target);
        if (entry.isDirectory()) {
          Files.createDirectories(place);
        } else {
          Files.createDirectories(place.getParent());
          copy(entries, place, archive);
          files++;
        }
        entry = next(entries, archive);
      }
    }
    return files;
  }

  private static void copy(TarArchiveInputStream entry, Path place, Path archive)
      throws IOException {
    try {
      Files.copy(entry, place, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileSystemException e) {
      // It names the place, which cannot be written.
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "%s is cut short, or %s cannot be written: %s."
              .formatted(archive, place, String.valueOf(e.getMessage()).replaceAll("\\.$", "")),
          e);
    }
  }

  private static TarArchiveEntry next(TarArchiveInputStream entries, Path archive)
      throws IOException {
    try {
      return entries.getNextEntry();
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "%s is not a tar file, or it is damaged; download it again.".formatted(archive), e);
    }
  }

  /** Where an entry goes. Links are refused, so a name inside the target stays inside. */
  private static Path place(Path archive, TarArchiveEntry entry, Path target) throws IOException {
    if (!entry.isDirectory() && !isPlainFile(entry)) {
      throw new IOException(
          "%s contains '%s', which is neither a plain file nor a folder; it is not unpacked."
              .formatted(archive, entry.getName()));
    }
    Path place;
    try {
      place = target.resolve(entry.getName()).normalize();
    } catch (InvalidPathException e) {
      throw new IOException(
          "%s contains a file whose name cannot be used here: %s".formatted(archive, e.getReason()),
          e);
    }
    if (!place.startsWith(target) || place.equals(target) && !entry.isDirectory()) {
      throw new IOException(
          "%s contains '%s', which leads out of the folder; it is not unpacked."
              .formatted(archive, entry.getName()));
    }
    return place;
  }

  /** The library's own isFile is also true for links and devices. */
  private static boolean isPlainFile(TarArchiveEntry entry) {
    byte type = entry.getLinkFlag();
    return (type == TarConstants.LF_NORMAL || type == TarConstants.LF_OLDNORM) && !entry.isSparse();
  }
}
