package org.rcnn.spark;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.rcnn.data.Fingerprint;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.pipeline.stage.StageJobs;

/**
 * A job on its way to the executors.
 *
 * @param key the job's
 * @param kind as {@link ImageJob.Portable} has it
 * @param settings as {@link ImageJob.Portable} has them
 * @param files the SHA-256 of every file that it reads, by name
 */
record JobText(
    String key, String kind, HashMap<String, String> settings, HashMap<String, String> files)
    implements Serializable {

  /** A hash of all of it: two jobs with the same one can share an engine. */
  String hash() {
    Fingerprint all = new Fingerprint().add(key).add(kind);
    new TreeMap<>(settings).forEach((name, value) -> all.add(name).add(value));
    new TreeMap<>(files).forEach((name, sha256) -> all.add(name).add(sha256));
    return all.hex();
  }

  /** The job, in this process. */
  ImageJob job(Map<String, Path> places) throws IOException {
    return StageJobs.of(key, kind, settings, places);
  }
}
