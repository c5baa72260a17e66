package org.rcnn.pipeline.track;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * An event file of TensorBoard: records, each an {@code Event} of {@code event.proto} in protocol
 * buffers' binary format, between its length and checksums. A process writes a file of its own;
 * TensorBoard takes all files of a folder together.
 */
final class EventFile implements TrackFile {

  private static final int MASK_DELTA = 0xa282ead8;

  // Kinds of fields.
  private static final int VARINT = 0;
  private static final int EIGHT_BYTES = 1;
  private static final int LENGTH = 2;
  private static final int FOUR_BYTES = 5;

  /** Red, green and blue, as Image.colorspace counts. */
  private static final int RGB = 3;

  /** Where a PNG file has its width, and then its height. */
  private static final int PNG_SIZE = 16;

  private final OutputStream out;

  /**
   * Begins a file in a folder that exists.
   *
   * @param millis the time, in milliseconds since 1970
   * @param process a number that no other process has which writes there at the time
   */
  EventFile(Path folder, long millis, long process) throws IOException {
    Path file =
        folder.resolve("events.out.tfevents.%010d.rcnn.%d".formatted(millis / 1000, process));
    out =
        Files.newOutputStream(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    write(event(millis, 0).text(3, "brain.Event:2"));
  }

  @Override
  public void scalar(String name, long step, double value, long millis) throws IOException {
    Message figure = new Message().text(1, name).real(2, (float) value);
    write(event(millis, step).message(5, new Message().message(1, figure)));
  }

  @Override
  public void picture(String name, long step, byte[] png, long millis) throws IOException {
    ByteBuffer size = ByteBuffer.wrap(png, PNG_SIZE, 2 * Integer.BYTES);
    int width = size.getInt();
    Message image =
        new Message().whole(1, size.getInt()).whole(2, width).whole(3, RGB).bytes(4, png);
    Message figure = new Message().text(1, name).message(4, image);
    write(event(millis, step).message(5, new Message().message(1, figure)));
  }

  private static Message event(long millis, long step) {
    return new Message().large(1, millis / 1e3).whole(2, step);
  }

  /** In one call, so that a killed process leaves no half of a record. */
  private void write(Message event) throws IOException {
    byte[] data = event.bytes.toByteArray();
    ByteBuffer framed =
        ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + data.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    framed.putLong(data.length);
    framed.putInt(checksum(framed.array(), Long.BYTES));
    framed.put(data).putInt(checksum(data, data.length));
    out.write(framed.array());
  }

  /** CRC-32C, rotated and moved, since the checksum of data with a checksum says little. */
  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** A message in protocol buffers' binary format, field after field. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private Message field(int number, int kind) {
      return varint((long) number << 3 | kind);
    }

    private Message varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
      return this;
    }

    Message whole(int number, long value) {
      return field(number, VARINT).varint(value);
    }

    Message real(int number, float value) {
      field(number, FOUR_BYTES);
      bytes.writeBytes(little(Float.BYTES).putFloat(value).array());
      return this;
    }

    Message large(int number, double value) {
      field(number, EIGHT_BYTES);
      bytes.writeBytes(little(Double.BYTES).putDouble(value).array());
      return this;
    }

    private static ByteBuffer little(int length) {
      return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    Message bytes(int number, byte[] value) {
      field(number, LENGTH).varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    Message text(int number, String value) {
      return bytes(number, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int number, Message value) {
      return bytes(number, value.bytes.toByteArray());
    }
  }
}
