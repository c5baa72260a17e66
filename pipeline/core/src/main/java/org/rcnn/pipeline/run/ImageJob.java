package org.rcnn.pipeline.run;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.rcnn.data.RgbImage;
import org.rcnn.data.store.StoredRecord;

/**
 * A stage's work on single images: from an image and records of earlier stages to records that go
 * into the stage's stores, in the order of the images. What an image gives depends on no other
 * image, so the work can be cut anywhere and done anywhere: {@link Run#work} asks a {@link
 * JobRunner}, by default the threads of this process.
 */
public interface ImageJob {

  /**
   * A hash of everything that decides the results, such as that of the {@link Artifact} that is
   * being made. What was computed elsewhere is kept under it.
   */
  String key();

  /**
   * Opens what all images share, such as a network's weights in native memory.
   *
   * @throws IOException if it cannot be read
   */
  Worker open() throws IOException;

  /**
   * The job as text and files, from which another process makes it again; empty if it cannot leave
   * this one, because it is a program's own code.
   */
  Optional<Portable> portable();

  /**
   * Whether something waits for the first result, and the results are not wanted again: then few
   * images are cut among all machines.
   */
  default boolean isAwaited() {
    return false;
  }

  /** Works on images; threads share it. */
  interface Worker extends Closeable {
    /**
     * The records of an image.
     *
     * @throws IOException if the image cannot be worked on, and the run must end
     */
    Output work(Input image) throws IOException;
  }

  /** Decodes an image's picture. */
  @FunctionalInterface
  interface Picture {
    /**
     * The picture.
     *
     * @throws IOException with a one-sentence message, if it cannot be read or decoded
     */
    RgbImage read() throws IOException;
  }

  /**
   * What goes into the work on an image.
   *
   * @param id its name
   * @param width the picture's width in pixels
   * @param height the picture's height in pixels
   * @param picture its picture
   * @param records what earlier stages gave for it, by the names of the {@link Supply}s
   */
  record Input(
      String id, int width, int height, Picture picture, Map<String, StoredRecord> records) {}

  /**
   * What comes out.
   *
   * @param records the image's records by the names of the stores that they are for
   * @param problems what was wrong with the image, a sentence each
   */
  record Output(Map<String, StoredRecord> records, List<String> problems) {
    /** Records without a problem. */
    public Output(Map<String, StoredRecord> records) {
      this(records, List.of());
    }

    /** Keeps its own copies, sorted by name. */
    public Output {
      records = Collections.unmodifiableMap(new TreeMap<>(records));
      problems = List.copyOf(problems);
    }
  }

  /** Gives an image's record of an earlier stage; may be called from any thread. */
  @FunctionalInterface
  interface RecordOf {
    /**
     * The record.
     *
     * @throws IOException if it cannot be read
     */
    StoredRecord of(DetectionSet.Sample image) throws IOException;
  }

  /**
   * Records of an earlier stage that the work reads.
   *
   * @param name their name among the inputs, and among the outputs of the job that made them
   * @param madeBy the key of the job that made them, if another job did: where the images were
   *     worked on, its results may still lie; empty if the stage itself makes them
   * @param records gives them
   */
  record Supply(String name, Optional<String> madeBy, RecordOf records) {}

  /** Writes a file that the work needs. */
  @FunctionalInterface
  interface Attachment {
    /**
     * Writes it.
     *
     * @param out stays open
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * A job as text and files.
   *
   * @param kind which class makes it again
   * @param settings what that class needs to know, by name
   * @param files the files that it reads, by name
   */
  record Portable(String kind, Map<String, String> settings, Map<String, Attachment> files) {}
}
