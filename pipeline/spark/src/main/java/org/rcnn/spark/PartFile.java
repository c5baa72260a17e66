package org.rcnn.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.rcnn.data.store.RecordFile;
import org.rcnn.data.store.StoredRecord;

/**
 * The records of a part's images in one file, with a checksum each: what goes into the work on
 * them, or what came out. The header has lines of text, such as what was wrong with an image.
 */
final class PartFile implements Closeable {

  private static final String MAGIC = "RCNNPRT1";

  private final RecordFile file;
  private final List<String> lines;

  private PartFile(RecordFile file, List<String> lines) {
    this.file = file;
    this.lines = lines;
  }

  /** The name of an image's record in the file; what a record is of has no space. */
  static String name(String record, String imageId) {
    return record + " " + imageId;
  }

  /**
   * Writes a file. It appears complete or not at all.
   *
   * @param records by {@link #name}, in the order in which they are written
   */
  static void write(Path file, List<String> lines, Map<String, StoredRecord> records)
      throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(header)) {
      out.writeInt(lines.size());
      for (String line : lines) {
        out.writeUTF(line);
      }
    }
    try (RecordFile.Writer writer = RecordFile.create(file, MAGIC, header.toByteArray())) {
      for (Map.Entry<String, StoredRecord> record : records.entrySet()) {
        writer.append(record.getKey(), record.getValue().tag(), record.getValue().bytes());
      }
      writer.commit();
    }
  }

  /**
   * Opens a file.
   *
   * @throws IOException with a one-sentence message, if it is missing or damaged
   */
  static PartFile open(Path file) throws IOException {
    RecordFile records = RecordFile.open(file, MAGIC, "part");
    List<String> lines = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(records.header()))) {
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        lines.add(in.readUTF());
      }
    }
    return new PartFile(records, List.copyOf(lines));
  }

  List<String> lines() {
    return lines;
  }

  /** Whether it has a record of an image. */
  boolean contains(String record, String imageId) {
    return file.contains(name(record, imageId));
  }

  /**
   * An image's record.
   *
   * @throws IOException if it does not match its checksum
   */
  StoredRecord record(String record, String imageId) throws IOException {
    int position = file.position(name(record, imageId));
    return new StoredRecord(file.tag(position), file.record(position));
  }

  /**
   * Compares every record with its checksum.
   *
   * @throws IOException if one does not match
   */
  void verify() throws IOException {
    for (int i = 0; i < file.size(); i++) {
      file.record(i);
    }
  }

  /** The names of all records. */
  List<String> names() {
    return file.names();
  }

  @Override
  public void close() {
    file.close();
  }
}
