package org.rcnn.svm;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.List;
import libsvm.svm;

/**
 * Puts {@code libsvm.GramSolver} into LIBSVM's package while the program runs. In the jar it is a
 * resource and no class: Java's module system refuses two jars with classes of one package.
 */
final class LibsvmPackage {

  private static final List<String> CLASSES =
      List.of("GramSolver$Result", "GramSolver$Rows", "GramSolver");

  private LibsvmPackage() {}

  /** Defines the classes; called once, before the first is used. */
  static void define() {
    try {
      MethodHandles.Lookup inside =
          MethodHandles.privateLookupIn(svm.class, MethodHandles.lookup());
      for (String name : CLASSES) {
        try (InputStream in = LibsvmPackage.class.getResourceAsStream("libsvm/" + name + ".bin")) {
          if (in == null) {
            throw new IllegalStateException(
                "The jar of rcnn-svm-stage lacks its part %s; build it again.".formatted(name));
          }
          inside.defineClass(in.readAllBytes());
        }
      }
    } catch (IOException | IllegalAccessException e) {
      throw new IllegalStateException("LIBSVM's solver cannot be reached: " + e.getMessage(), e);
    }
  }
}
