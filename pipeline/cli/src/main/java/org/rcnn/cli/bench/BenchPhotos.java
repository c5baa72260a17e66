package org.rcnn.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/** Photos of noise at the usual size of VOC's, and regions of any size in them. */
final class BenchPhotos {

  static final int WIDTH = 500;
  static final int HEIGHT = 375;

  private BenchPhotos() {}

  static RgbImage photo(Random random) {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    random.nextBytes(rgb);
    return new RgbImage(WIDTH, HEIGHT, rgb);
  }

  static List<Box> regions(int count, Random random) {
    List<Box> regions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int width = 20 + random.nextInt(WIDTH - 20);
      int height = 20 + random.nextInt(HEIGHT - 20);
      int x = random.nextInt(WIDTH - width + 1);
      int y = random.nextInt(HEIGHT - height + 1);
      regions.add(new Box(x, y, x + width, y + height));
    }
    return regions;
  }
}
