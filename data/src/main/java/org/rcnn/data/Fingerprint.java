package org.rcnn.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of content that is added piece by piece, in hexadecimal. A stored result identifies
 * its inputs by their fingerprints.
 */
public final class Fingerprint {

  private final MessageDigest digest;

  /** An empty fingerprint. */
  public Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  /** The fingerprint of a text. */
  public static String of(String text) {
    return new Fingerprint().add(text).hex();
  }

  /** Adds a text, with its length, so that "ab" and "c" differ from "a" and "bc". */
  public Fingerprint add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds bytes, with their length. */
  public Fingerprint add(byte[] bytes) {
    for (int shift = 0; shift < 32; shift += 8) {
      digest.update((byte) (bytes.length >> shift));
    }
    digest.update(bytes);
    return this;
  }

  /** Adds bytes without their length, so that alone they give their SHA-256. */
  public Fingerprint addPlain(byte[] bytes) {
    digest.update(bytes);
    return this;
  }

  /** Adds the bytes of a file, without their length, so that alone they give the file's SHA-256. */
  public Fingerprint addFile(Path file) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return this;
  }

  /** The fingerprint of everything added so far. Afterwards the object is empty. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
