package org.rcnn.data.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One image's record as a store has it, so that it can be computed in one process and appended in
 * another: the store has the same bytes either way. {@link ProposalStore} and {@link FeatureStore}
 * make such records and read them.
 *
 * @param tag the number that the store keeps beside it: how many boxes or rows there are
 * @param bytes its bytes from position to limit; not copied
 */
public record StoredRecord(int tag, ByteBuffer bytes) {

  /** Keeps a read-only view of the bytes. */
  public StoredRecord {
    bytes = bytes.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The bytes, from the first on; each call gives a view of its own. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }
}
