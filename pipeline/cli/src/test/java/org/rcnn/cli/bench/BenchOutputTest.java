package org.rcnn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.svm.SvmPeer;

class BenchOutputTest {

  @Test
  void aPeerThatDoesNotLoadIsNamedAndLeftOut(@TempDir Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(SvmPeer.class.getName()), "org.rcnn.svm.GonePeer\n");
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    StringWriter report = new StringWriter();
    try (URLClassLoader with = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      Thread.currentThread().setContextClassLoader(with);
      BenchOutput.peers(SvmPeer.class, new PrintWriter(report), "There is no peer.");
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    // Where the benchmarks were built, theirs may be among them: their libraries are not here.
    assertEquals(
        1,
        report.toString().lines().filter(line -> line.contains("org.rcnn.svm.GonePeer")).count(),
        report.toString());
  }

  @Test
  void thatThereAreNoPeersIsReported() {
    StringWriter report = new StringWriter();
    BenchOutput.peers(Runnable.class, new PrintWriter(report), "There is no peer.");
    assertEquals("There is no peer.", report.toString().strip());
  }
}
