package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class GramMatrixTest {

  @Test
  void growsAndShrinksLikeTheMatrixOfItsSamples() {
    GramMatrix gram = new GramMatrix();
    gram.grow(new float[] {1, 2, 2, 3}, 2);
    gram.grow(new float[] {4, 5, 6}, 3);
    assertEquals(3, gram.size());
    assertArrayEquals(new float[] {4, 5, 6}, gram.row(2));
    gram.retain(new int[] {0, 2});
    assertArrayEquals(new float[] {1}, gram.row(0));
    assertArrayEquals(new float[] {4, 6}, gram.row(1));
    assertEquals(2, gram.size());
  }
}
