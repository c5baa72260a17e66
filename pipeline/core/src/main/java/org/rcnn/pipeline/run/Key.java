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
 * @param parts what was hashed, as people read it in the artifact's note
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
   * @param stage the stage's name
   * @param version of the stage's code; raised when the code makes something else from the same
   *     inputs
   * @param parts inputs and settings: hashes of other artifacts, fingerprints, and the settings
   *     records of the stage's module. Settings that cannot change the result must not be among
   *     them; otherwise changing them would compute everything again
   */
  public static Key of(String stage, int version, Map<String, ?> parts) {
    Map<String, Object> all = new TreeMap<>(parts);
    all.put("version", version);
    return new Key(stage, Fingerprint.of(Json.tree(all).toString()).substring(0, DIGITS), all);
  }
}
