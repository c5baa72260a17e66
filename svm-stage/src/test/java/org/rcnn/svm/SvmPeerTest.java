package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SvmPeerTest {

  @Test
  void aPeerThatDoesNotLoadIsNamedAndLeftOut(@TempDir Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(SvmPeer.class.getName()), "org.rcnn.svm.GonePeer\n");
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    List<String> problems = new ArrayList<>();
    try (URLClassLoader with = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      Thread.currentThread().setContextClassLoader(with);
      SvmPeer.onClassPath(problems::add);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    // Where the benchmarks were built, theirs may be among them: their libraries are not here.
    assertEquals(
        1,
        problems.stream().filter(problem -> problem.contains("org.rcnn.svm.GonePeer")).count(),
        problems.toString());
  }
}
