package org.rcnn.data;

/**
 * Derives seeds from a seed: one for each iteration, image or layer, so that each has random
 * numbers of its own whatever was drawn before.
 *
 * <p>A sum such as {@code seed · 1000003 + iteration} does not serve. {@link java.util.Random} is
 * linear in its seed, so consecutive seeds give draws that differ by a constant: a draw below a
 * power of two is the one before plus a constant, and a single bit repeats after a few iterations.
 * Here every bit of the input changes every bit of the seed with a chance of about one half: each
 * part is added to the state, and the state goes through the finaliser of SplitMix64 (Steele, Lea
 * and Flood, <i>Fast Splittable Pseudorandom Number Generators</i>, OOPSLA 2014; the constants are
 * Stafford's variant 13).
 */
public final class SeedMix {

  /** 2⁶⁴ divided by the golden ratio, odd: the step that SplitMix64 adds before each mixing. */
  private static final long STEP = 0x9e3779b97f4a7c15L;

  private SeedMix() {}

  /**
   * A seed for one part of a seeded work.
   *
   * @param seed the seed of the whole
   * @param parts what tells the part from others, such as the number of an epoch and of an image;
   *     their order and their number matter
   * @return the same seed for the same arguments on every machine
   */
  public static long mix(long seed, long... parts) {
    long state = finish(seed + STEP);
    for (long part : parts) {
      state = finish(state + part + STEP);
    }
    return state;
  }

  private static long finish(long state) {
    long bits = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ bits >>> 27) * 0x94d049bb133111ebL;
    return bits ^ bits >>> 31;
  }
}
