package org.rcnn.cli.download;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.rcnn.pipeline.config.ConfigException;

/**
 * A file's expected checksum.
 *
 * @param hex in lower-case hexadecimal: 32 digits are an MD5, 64 a SHA-256
 */
public record Checksum(String hex) {

  /**
   * Checks the digits.
   *
   * @throws ConfigException if they are neither an MD5 nor a SHA-256
   */
  public Checksum {
    hex = hex.toLowerCase(Locale.ROOT);
    if (!hex.matches("[0-9a-f]{32}|[0-9a-f]{64}")) {
      throw new ConfigException(
          "A checksum is an MD5 of 32 or a SHA-256 of 64 hexadecimal digits, not '%s'."
              .formatted(hex));
    }
  }

  private String algorithm() {
    return hex.length() == 32 ? "MD5" : "SHA-256";
  }

  /**
   * A file's checksum of the same kind.
   *
   * @throws IOException if the file cannot be read
   */
  public Checksum of(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance(algorithm());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has " + algorithm() + ".", e);
    }
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      byte[] buffer = new byte[1 << 16];
      while (in.read(buffer) >= 0) {
        continue;
      }
    }
    return new Checksum(HexFormat.of().formatHex(digest.digest()));
  }

  @Override
  public String toString() {
    return algorithm() + " " + hex;
  }
}
