package org.rcnn.pipeline.stage;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.svm.BestOfSet.Scored;

/**
 * What detection computes for an image, as records, little-endian. Numbers keep their bits. Scored
 * regions: for each class how many, their rows, their scores. Detections: class, score, four
 * corners.
 */
final class ScoredRecord {

  private static final int DETECTION_BYTES = Integer.BYTES + 5 * Double.BYTES;

  private ScoredRecord() {}

  /** The record of the regions that take part, one entry per class. */
  static StoredRecord of(List<Scored> scored) {
    int regions = scored.stream().mapToInt(one -> one.rows().length).sum();
    ByteBuffer bytes = buffer(Integer.BYTES * scored.size() + 2 * Integer.BYTES * regions);
    for (Scored one : scored) {
      bytes.putInt(one.rows().length);
      for (int row : one.rows()) {
        bytes.putInt(row);
      }
      for (float score : one.scores()) {
        bytes.putFloat(score);
      }
    }
    return new StoredRecord(scored.size(), bytes.flip());
  }

  /**
   * The regions again.
   *
   * @throws BufferUnderflowException if the record is cut short
   */
  static List<Scored> scored(StoredRecord record) {
    ByteBuffer bytes = record.bytes();
    List<Scored> scored = new ArrayList<>();
    for (int c = 0; c < record.tag(); c++) {
      int[] rows = new int[bytes.getInt()];
      float[] scores = new float[rows.length];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = bytes.getInt();
      }
      for (int i = 0; i < rows.length; i++) {
        scores[i] = bytes.getFloat();
      }
      scored.add(new Scored(rows, scores));
    }
    return scored;
  }

  /** The record of detections. */
  static StoredRecord of(List<Detection> detections, List<String> classes) {
    ByteBuffer bytes = buffer(DETECTION_BYTES * detections.size());
    for (Detection detection : detections) {
      Box box = detection.box();
      bytes.putInt(classes.indexOf(detection.className())).putDouble(detection.score());
      bytes.putDouble(box.xMin()).putDouble(box.yMin());
      bytes.putDouble(box.xMax()).putDouble(box.yMax());
    }
    return new StoredRecord(detections.size(), bytes.flip());
  }

  /**
   * The detections again.
   *
   * @throws BufferUnderflowException if the record is cut short
   */
  static List<Detection> detections(StoredRecord record, List<String> classes) {
    ByteBuffer bytes = record.bytes();
    List<Detection> detections = new ArrayList<>();
    for (int i = 0; i < record.tag(); i++) {
      String name = classes.get(bytes.getInt());
      double score = bytes.getDouble();
      detections.add(
          new Detection(
              name,
              score,
              new Box(bytes.getDouble(), bytes.getDouble(), bytes.getDouble(), bytes.getDouble())));
    }
    return detections;
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
