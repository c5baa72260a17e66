package org.rcnn.cli.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file open for writing: a write that is the fault's turn writes only half. */
final class FaultyChannel extends FileChannel {

  private final FileChannel real;
  private final Path file;

  /**
   * A channel.
   *
   * @param cut whether opening it emptied the file
   */
  FaultyChannel(FileChannel real, Path file, boolean cut) throws IOException {
    this.real = real;
    this.file = file;
    if (cut) {
      Faults.unforced(file, 0);
    }
  }

  @Override
  public int read(ByteBuffer bytes) throws IOException {
    return real.read(bytes);
  }

  @Override
  public long read(ByteBuffer[] bytes, int offset, int length) throws IOException {
    return real.read(bytes, offset, length);
  }

  @Override
  public int read(ByteBuffer bytes, long position) throws IOException {
    return real.read(bytes, position);
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    Faults.unforced(file, real.size());
    if (Faults.isTurn(file)) {
      ByteBuffer half = bytes.duplicate();
      half.limit(half.position() + half.remaining() / 2);
      while (half.hasRemaining()) {
        real.write(half);
      }
    }
    Faults.before(file, Faults.Kind.WRITE);
    return real.write(bytes);
  }

  @Override
  public long write(ByteBuffer[] bytes, int offset, int length) throws IOException {
    long written = 0;
    for (int i = offset; i < offset + length; i++) {
      written += write(bytes[i]);
    }
    return written;
  }

  @Override
  public int write(ByteBuffer bytes, long position) throws IOException {
    Faults.unforced(file, real.size());
    Faults.before(file, Faults.Kind.WRITE);
    return real.write(bytes, position);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    Faults.before(file, Faults.Kind.NAME);
    real.truncate(size);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    Faults.before(file, Faults.Kind.NAME);
    // The disk's own cache plays no part here, and forcing it takes time.
    Faults.forced(file);
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return real.transferTo(position, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    Faults.unforced(file, real.size());
    Faults.before(file, Faults.Kind.WRITE);
    return real.transferFrom(source, position, count);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return real.map(mode, position, size);
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return real.lock(position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return real.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }
}
