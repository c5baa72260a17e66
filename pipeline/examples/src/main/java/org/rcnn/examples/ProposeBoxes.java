package org.rcnn.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.proposals.SelectiveSearch;
import org.rcnn.proposals.SelectiveSearchConfig;

/**
 * Selective search alone: the boxes of a photo that may hold an object, most promising first. It
 * needs {@code rcnn-region-proposals} only. Arguments: PHOTO COUNT.
 */
public final class ProposeBoxes {

  private ProposeBoxes() {}

  static List<Box> propose(Path photo, int count) throws IOException {
    SelectiveSearchConfig config = SelectiveSearchConfig.fast().toBuilder().maxBoxes(count).build();
    return new SelectiveSearch(config).propose(ImageFiles.read(photo));
  }

  /** Prints a box a line. */
  public static void main(String[] arguments) throws IOException {
    propose(Path.of(arguments[0]), Integer.parseInt(arguments[1])).forEach(System.out::println);
  }
}
