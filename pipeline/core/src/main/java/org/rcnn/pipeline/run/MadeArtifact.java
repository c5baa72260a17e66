package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a finished run made, as the artifact's note describes it.
 *
 * @param place from the run's folder, with slashes
 * @param madeFrom the parts of its key: inputs by their hashes, and settings
 * @param files the SHA-256 of its files, by their names with HASH in place of the key's, so that
 *     artifacts of two keys can be compared; of a record file that of its index, which has the
 *     checksum of every record
 */
public record MadeArtifact(String place, JsonNode madeFrom, Map<String, String> files) {

  /** Keeps its own copy, sorted. */
  public MadeArtifact {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }
}
