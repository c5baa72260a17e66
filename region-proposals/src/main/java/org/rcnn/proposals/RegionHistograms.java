package org.rcnn.proposals;

import java.util.Arrays;

/**
 * Colour and texture histograms of the regions of several segmentations of one image.
 *
 * <p>The pixels are visited once, whatever the number of segmentations: they are counted into the
 * segmentations' common refinement (pixels with the same region in every one of them share an
 * atom), and the few atoms are then added up into each segmentation's regions.
 *
 * <p>A region's histogram is {@link #stride} counts: 25 colour bins for each channel, then for each
 * channel 4 derivatives of 20 bins (see {@link TextureCodes}).
 */
final class RegionHistograms {

  static final int COLOUR_BINS = 25;

  private static final int TEXTURE_BINS = TextureCodes.DERIVATIVES * TextureCodes.CODES;
  private static final byte[] COLOUR_BIN = colourBins();

  private final boolean rangeOfImage;
  private final TextureCodes texture = new TextureCodes();

  private int channels;
  private int atoms;
  private int[] atomOf = new int[0];
  private int[] counts = new int[0];
  private int[] rowBin = new int[0];

  /** {@code regionOf[s][a]}: the region of segmentation s that atom a lies in. */
  private int[][] regionOf = new int[0][0];

  // Open addressing from (atom, label) to refined atom.
  private long[] keys = new long[0];
  private int[] values = new int[0];

  RegionHistograms(Variant variant) {
    rangeOfImage = variant == Variant.OPENCV;
    if (!rangeOfImage) {
      texture.useFixedRange();
    }
  }

  private static byte[] colourBins() {
    byte[] bins = new byte[256];
    for (int v = 0; v < 256; v++) {
      bins[v] = (byte) (v * COLOUR_BINS / 256);
    }
    return bins;
  }

  /** Number of colour bins of a region. */
  static int colourLength(int channels) {
    return channels * COLOUR_BINS;
  }

  /** Number of texture bins of a region. */
  static int textureLength(int channels) {
    return channels * TEXTURE_BINS;
  }

  /** Counts of a region. */
  static int stride(int channels) {
    return colourLength(channels) + textureLength(channels);
  }

  /**
   * Counts the pixels of an image into the common refinement of its segmentations.
   *
   * @param planes 8-bit channels, for colour
   * @param texturePlanes the channels that derivatives are taken of, 64 units to a grey level
   * @param labels one label array per segmentation
   */
  void count(
      byte[][] planes,
      int[][] texturePlanes,
      int channels,
      int width,
      int height,
      int[][] labels,
      int segmentations) {
    this.channels = channels;
    refine(labels, segmentations, width * height);
    int stride = stride(channels);
    if (counts.length < atoms * stride) {
      counts = new int[atoms * stride + atoms * stride / 4];
    }
    Arrays.fill(counts, 0, atoms * stride, 0);
    if (rowBin.length < width) {
      rowBin = new int[width];
    }
    for (int c = 0; c < channels; c++) {
      if (rangeOfImage) {
        texture.useRangeOf(texturePlanes[c], width, height);
      }
      int colourOffset = c * COLOUR_BINS;
      int textureOffset = colourLength(channels) + c * TEXTURE_BINS;
      for (int y = 0; y < height; y++) {
        int row = y * width;
        for (int x = 0; x < width; x++) {
          rowBin[x] = atomOf[row + x] * stride;
        }
        countColours(planes[c], row, width, colourOffset);
        texture.countRow(texturePlanes[c], width, height, y, rowBin, textureOffset, counts);
      }
    }
  }

  private void countColours(byte[] plane, int row, int width, int offset) {
    for (int x = 0; x < width; x++) {
      counts[rowBin[x] + offset + COLOUR_BIN[plane[row + x] & 0xff]]++;
    }
  }

  /** Numbers the atoms: first the regions of the first segmentation, split by each further one. */
  private void refine(int[][] labels, int segmentations, int pixels) {
    if (atomOf.length < pixels) {
      atomOf = new int[pixels];
    }
    if (regionOf.length < segmentations) {
      regionOf = Arrays.copyOf(regionOf, segmentations);
      for (int s = 0; s < segmentations; s++) {
        regionOf[s] = regionOf[s] == null ? new int[256] : regionOf[s];
      }
    }
    System.arraycopy(labels[0], 0, atomOf, 0, pixels);
    atoms = 0;
    for (int p = 0; p < pixels; p++) {
      atoms = Math.max(atoms, atomOf[p] + 1);
    }
    ensureAtoms(segmentations, atoms);
    for (int a = 0; a < atoms; a++) {
      regionOf[0][a] = a;
    }
    for (int s = 1; s < segmentations; s++) {
      split(labels[s], s, pixels, segmentations);
    }
  }

  private void split(int[] label, int segmentation, int pixels, int segmentations) {
    int before = atoms;
    clearTable(Math.max(1024, 4 * before));
    int[] parentAtom = new int[2 * before];
    int found = 0;
    int lastAtom = -1;
    int lastLabel = -1;
    int last = -1;
    int[] refinedRegion = new int[2 * before];
    for (int p = 0; p < pixels; p++) {
      if (atomOf[p] != lastAtom || label[p] != lastLabel) {
        lastAtom = atomOf[p];
        lastLabel = label[p];
        long key = (long) lastAtom << 32 | lastLabel;
        int slot = slotOf(key);
        if (keys[slot] < 0) {
          if (found == parentAtom.length) {
            parentAtom = Arrays.copyOf(parentAtom, 2 * found);
            refinedRegion = Arrays.copyOf(refinedRegion, 2 * found);
          }
          if (2 * found >= keys.length) {
            growTable();
            slot = slotOf(key);
          }
          keys[slot] = key;
          values[slot] = found;
          parentAtom[found] = lastAtom;
          refinedRegion[found++] = lastLabel;
        }
        last = values[slot];
      }
      atomOf[p] = last;
    }
    ensureAtoms(segmentations, found);
    for (int s = 0; s < segmentation; s++) {
      int[] coarse = Arrays.copyOf(regionOf[s], before);
      for (int a = 0; a < found; a++) {
        regionOf[s][a] = coarse[parentAtom[a]];
      }
    }
    System.arraycopy(refinedRegion, 0, regionOf[segmentation], 0, found);
    atoms = found;
  }

  private void ensureAtoms(int segmentations, int wanted) {
    for (int s = 0; s < segmentations; s++) {
      if (regionOf[s].length < wanted) {
        regionOf[s] = Arrays.copyOf(regionOf[s], wanted + wanted / 4);
      }
    }
  }

  private void clearTable(int wanted) {
    int size = Integer.highestOneBit(wanted - 1) << 1;
    if (keys.length < size) {
      keys = new long[size];
      values = new int[size];
    }
    Arrays.fill(keys, -1);
  }

  private void growTable() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new int[keys.length];
    Arrays.fill(keys, -1);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] >= 0) {
        int slot = slotOf(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }

  private int slotOf(long key) {
    int mask = keys.length - 1;
    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 40) & mask;
    while (keys[slot] >= 0 && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  /**
   * Adds up the histograms of one segmentation's regions.
   *
   * @param sizes the regions' pixel counts
   * @param sums receives {@code regions * stride} counts
   */
  void sum(int segmentation, int regions, int[] sizes, int[] sums) {
    int stride = stride(channels);
    Arrays.fill(sums, 0, regions * stride, 0);
    for (int a = 0; a < atoms; a++) {
      int from = a * stride;
      int to = regionOf[segmentation][a] * stride;
      for (int i = 0; i < stride; i++) {
        sums[to + i] += counts[from + i];
      }
    }
    int halves = channels * TextureCodes.DERIVATIVES * 2;
    int halfLength = TextureCodes.CODES / 2;
    for (int r = 0; r < regions; r++) {
      int at = r * stride + colourLength(channels);
      for (int h = 0; h < halves; h++, at += halfLength) {
        int higher = 0;
        for (int i = 1; i < halfLength; i++) {
          higher += sums[at + i];
        }
        sums[at] = sizes[r] - higher;
      }
    }
  }
}
