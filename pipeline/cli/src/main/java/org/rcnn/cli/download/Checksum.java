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
 * A file's expected checksum, or the beginning of one.
 *
 * @param algorithm {@code MD5} or {@code SHA-256}
 * @param hex its first digits in lower-case hexadecimal: 8 at least, mostly all of them
 */
public record Checksum(String algorithm, String hex) {

  private static final String MD5 = "MD5";
  private static final String SHA_256 = "SHA-256";

  /**
   * Checks the digits.
   *
   * @throws IllegalArgumentException if they are fewer than 8, more than the algorithm gives, or
   *     not hexadecimal
   */
  public Checksum {
    hex = hex.toLowerCase(Locale.ROOT);
    if (!hex.matches("[0-9a-f]{8,%d}".formatted(digits(algorithm)))) {
      throw new IllegalArgumentException(
          "'%s' is not the beginning of a checksum by %s.".formatted(hex, algorithm));
    }
  }

  /**
   * A whole checksum: 32 digits are an MD5, 64 a SHA-256.
   *
   * @throws ConfigException if the digits are neither
   */
  public Checksum(String hex) {
    this(algorithmOf(hex), hex);
  }

  /**
   * The beginning of a SHA-256, as some publishers put it into a file's name.
   *
   * @throws IllegalArgumentException if it is not 8 to 64 hexadecimal digits
   */
  public static Checksum beginningOfSha256(String hex) {
    return new Checksum(SHA_256, hex);
  }

  private static String algorithmOf(String hex) {
    if (!hex.matches("[0-9a-fA-F]{32}|[0-9a-fA-F]{64}")) {
      throw new ConfigException(
          "A checksum is an MD5 of 32 or a SHA-256 of 64 hexadecimal digits, not '%s'."
              .formatted(hex.toLowerCase(Locale.ROOT)));
    }
    return hex.length() == digits(MD5) ? MD5 : SHA_256;
  }

  private static int digits(String algorithm) {
    return algorithm.equals(MD5) ? 32 : 64;
  }

  /**
   * A file's whole checksum of the same kind.
   *
   * @throws IOException if the file cannot be read
   */
  public Checksum of(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has " + algorithm + ".", e);
    }
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      byte[] buffer = new byte[1 << 16];
      while (in.read(buffer) >= 0) {
        continue;
      }
    }
    return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
  }

  /** Whether this is, or begins, another checksum. */
  public boolean begins(Checksum whole) {
    return algorithm.equals(whole.algorithm) && whole.hex.startsWith(hex);
  }

  /** The digits; of a beginning, in words that say so. */
  String expected() {
    return hex.length() < digits(algorithm) ? "one that begins with " + hex : hex;
  }

  @Override
  public String toString() {
    return algorithm + " " + (hex.length() < digits(algorithm) ? hex + "..." : hex);
  }
}
