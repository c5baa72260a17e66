package org.rcnn.cli.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.rcnn.data.AtomicFile;

/** Ways to damage a file. */
enum Damage {
  FLIPPED {
    @Override
    void to(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length > 0) {
        bytes[bytes.length / 2] ^= 4;
      }
      Files.write(file, bytes);
    }
  },
  CUT {
    @Override
    void to(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    }
  },
  EMPTIED {
    @Override
    void to(Path file) throws IOException {
      Files.write(file, new byte[0]);
    }
  },
  DELETED {
    @Override
    void to(Path file) throws IOException {
      Files.delete(file);
    }
  },
  APPENDED {
    @Override
    void to(Path file) throws IOException {
      Files.write(file, new byte[] {'5', 'x', '0'}, StandardOpenOption.APPEND);
    }
  },
  FOLDER {
    @Override
    void to(Path file) throws IOException {
      AtomicFile.delete(file);
      Files.createDirectories(file.resolve("inside"));
    }
  };

  /** Damages a file. */
  abstract void to(Path file) throws IOException;
}
