package org.rcnn.pipeline.learned;

import java.io.IOException;
import java.util.Arrays;
import org.rcnn.cnn.features.FeatureExtractor.Inputs;

/**
 * Which parts of an input carry a score: a grey square hides one part after the other, and the
 * score is taken each time (Zeiler and Fergus, <i>Visualizing and Understanding Convolutional
 * Networks</i>, ECCV 2014, section 4.2).
 *
 * <p>The square stands with its centre on every cell of a grid over the input, cut off at the
 * border. It has the mean colour, which is 0 in a prepared input, as the network's surroundings
 * outside an image have.
 */
final class Occlusion {

  /** Scores inputs, such as a network and a class of its head. */
  @FunctionalInterface
  interface InputScorer {
    /**
     * One score for each input.
     *
     * @param count number of inputs
     * @param inputs the inputs by number, {@code size x size x 3} values each
     */
    float[] score(int count, Inputs inputs) throws IOException;
  }

  private final int size;
  private final int cells;
  private final int square;

  /**
   * An occlusion of inputs.
   *
   * @param size side of the input in pixels
   * @param cells side of the grid
   * @param square side of the grey square in pixels
   */
  Occlusion(int size, int cells, int square) {
    this.size = size;
    this.cells = cells;
    this.square = square;
  }

  /**
   * What hiding each part does to an input's score.
   *
   * @param input {@code size x size x 3} prepared values, HWC
   */
  HeatMap of(float[] input, InputScorer scorer) throws IOException {
    float[] scores =
        scorer.score(
            1 + cells * cells,
            (number, into, offset) -> {
              System.arraycopy(input, 0, into, offset, input.length);
              if (number > 0) {
                hide(number - 1, into, offset);
              }
            });
    float[] drops = new float[cells * cells];
    for (int cell = 0; cell < drops.length; cell++) {
      drops[cell] = scores[0] - scores[cell + 1];
    }
    return new HeatMap(cells, scores[0], drops);
  }

  private void hide(int cell, float[] input, int offset) {
    int left = begin(cell % cells);
    int top = begin(cell / cells);
    int right = Math.min(size, left + square);
    for (int y = Math.max(0, top); y < Math.min(size, top + square); y++) {
      int row = offset + 3 * size * y;
      Arrays.fill(input, row + 3 * Math.max(0, left), row + 3 * right, 0);
    }
  }

  private int begin(int cell) {
    return (int) Math.round((cell + 0.5) * size / cells - square / 2.0);
  }
}
