package org.rcnn.pipeline.run;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.rcnn.data.Fingerprint;

/**
 * What identifies an artifact: a hash of everything that can change it.
 *
 * @param stage the stage's name, also its folder's
 * @param hash of the parts, 12 hexadecimal digits
 * @param parts what was hashed, for the reader
 */
public record Key(String stage, String hash, Map<String, Object> parts) {

  private static final int DIGITS = 12;

  /** Keeps its own copy, sorted. */
  public Key {
    parts = Collections.unmodifiableMap(new TreeMap<>(parts));
  }

  /**
   * A key.
   *
   * @param version raised when a stage's code makes something else of the same inputs
   * @param parts inputs and settings: other artifacts' hashes, fingerprints, and the records of
   *     settings that the stage's module works with. What cannot change a result must not be among
   *     them, or changing it computes everything anew
   */
  public static Key of(String stage, int version, Map<String, ?> parts) {
    Map<String, Object> all = new TreeMap<>(parts);
    all.put("version", version);
    return new Key(stage, Fingerprint.of(Json.tree(all).toString()).substring(0, DIGITS), all);
  }
}
