package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rcnn.data.matrix.FeatureMatrix;

class GramGrowthTest {

  @Test
  void classesThatGrowTogetherGetTheProductsTheyWouldGetAlone() {
    int dimension = 37;
    float[] rows = PlainMatrix.gaussian(new Random(1), 40 * dimension);
    try (FeatureMatrix pool = new PlainMatrix(dimension, 40)) {
      pool.append(rows, 40);
      List<MinedClass> together = classes();
      List<MinedClass> alone = classes();
      for (int round = 0; round < 2; round++) {
        GramGrowth.growTogether(
            together, pool, round == 0 ? range(0, 30) : range(25, 40), List::forEach);
        alone.forEach(mined -> GramGrowth.growAlone(mined, pool));
        for (int c = 0; c < 2; c++) {
          assertEquals(together.get(c).size(), together.get(c).gram().size());
          for (int i = 0; i < together.get(c).size(); i++) {
            assertArrayEquals(alone.get(c).gram().row(i), together.get(c).gram().row(i));
          }
        }
        addSecondRound(together);
        addSecondRound(alone);
      }
    }
  }

  private static List<MinedClass> classes() {
    MinedClass cat = new MinedClass("cat");
    cat.addPositives(new int[] {1});
    cat.addNegatives(new int[] {7, 3, 29});
    MinedClass dog = new MinedClass("dog");
    dog.addPositives(new int[] {5, 2});
    dog.addNegatives(new int[] {3, 7, 11});
    return new ArrayList<>(List.of(cat, dog));
  }

  private static void addSecondRound(List<MinedClass> classes) {
    classes.get(0).addNegatives(new int[] {39, 25});
    classes.get(1).addNegatives(new int[] {30});
  }

  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }
}
