package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingTest {

  /** What the tests stand on and the program does not. */
  private static final List<String> TESTS =
      List.of("test-classes", "junit", "opentest4j", "apiguardian", "surefire");

  private static final String LOGBACK =
      """
      <configuration>
        <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>logback %level %logger: %msg%n</pattern></encoder>
        </appender>
        <root level="INFO"><appender-ref ref="console"/></root>
      </configuration>
      """;

  private static void copy(Class<?> type, Path classes) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    Path file = classes.resolve(name);
    Files.createDirectories(file.getParent());
    try (InputStream in = type.getClassLoader().getResourceAsStream(name)) {
      Files.copy(in, file);
    }
  }

  @Test
  void aProgramWithItsOwnLoggerKeepsItAndNoSocketIsOpened(@TempDir Path folder) throws Exception {
    Path run = folder.resolve("run");
    TinyDetector.train(run);
    Path classes = folder.resolve("classes");
    copy(EmbeddingProgram.class, classes);
    copy(EmbeddingProgram.NoChannels.class, classes);
    copy(TinyDetector.class, classes);
    Files.writeString(classes.resolve("logback.xml"), LOGBACK);

    Stream<String> libraries =
        ChildJvm.classPath().filter(entry -> TESTS.stream().noneMatch(entry::contains));
    ChildJvm program =
        ChildJvm.run(
            folder,
            Stream.concat(Stream.of(classes.toString()), libraries),
            "-Djava.nio.channels.spi.SelectorProvider="
                + EmbeddingProgram.NoChannels.class.getName(),
            EmbeddingProgram.class.getName(),
            run.toString(),
            TinyDetector.scene(run).toString());

    List<String> lines = program.output().lines().toList();
    assertTrue(lines.contains("loggers: 1"), program.output());
    assertTrue(lines.contains("sockets: 0"), program.output());
    assertTrue(
        lines.stream()
            .anyMatch(
                line ->
                    line.matches(
                        "logback INFO org.rcnn.pipeline.EmbeddingProgram: [0-9]+ detections")),
        program.output());
    assertEquals(0, program.status(), program.output());
  }
}
