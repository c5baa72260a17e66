package org.rcnn.cli.download;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.fuzz.FuzzedReader;
import org.rcnn.data.fuzz.FuzzedReaders;

/** Archives from the network. */
public final class DownloadReaders implements FuzzedReaders {

  /** Made by the name of the class. */
  public DownloadReaders() {}

  @Override
  public List<FuzzedReader> in(Path folder) throws IOException {
    Path unpacked = folder.resolve("unpacked");
    return List.of(
        FuzzedReader.of(
                "tar",
                folder.resolve("set.tar"),
                file -> {
                  AtomicFile.delete(unpacked);
                  TarArchive.unpack(file, unpacked);
                },
                tar())
            .withRepair(DownloadReaders::repaired)
            .withWords("ustar\0", "ustar  \0", "../", "/", "x", "g", "L", "K", "S", "20 path=a\n")
            .withInputs(1000));
  }

  private static byte[] tar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (String name : List.of("set/a.txt", "set/" + "b".repeat(120) + ".txt")) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(5);
        out.putArchiveEntry(entry);
        out.write(new byte[5]);
        out.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** The checksum of every block that could be a header. */
  private static byte[] repaired(byte[] file) {
    byte[] tar = file.clone();
    for (int at = 0; at + 512 <= tar.length; at += 512) {
      if (tar[at + 257] == 'u') {
        int sum = 8 * ' ';
        for (int i = 0; i < 512; i++) {
          sum += i >= 148 && i < 156 ? 0 : tar[at + i] & 0xff;
        }
        byte[] digits = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, tar, at + 148, 8);
      }
    }
    return tar;
  }
}
