package org.rcnn.cli.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JavaVersionTest {

  @ParameterizedTest
  @CsvSource({"1.8, 8", "9, 9", "11, 11", "16, 16"})
  void anOldJavaIsToldItsNumberItsFolderAndTheWayOut(String specification, String number) {
    String sentence = JavaVersion.objection(specification, "/opt/old");
    assertTrue(sentence.contains("needs Java 17 or newer"), sentence);
    assertTrue(sentence.contains("this is Java " + number + " in /opt/old"), sentence);
    assertTrue(sentence.contains("JAVA_HOME"), sentence);
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "21", "25", "100", "of the future"})
  void aNewerOneIsNotHeldUp(String specification) {
    assertEquals("", JavaVersion.objection(specification, "/opt/new"));
  }

  @Test
  void theLauncherIsCompiledForJavaEightWhichThereforeGetsToTheSentence() throws IOException {
    for (Class<?> each :
        new Class<?>[] {
          Launcher.class, JavaVersion.class, Restart.class, LaunchSettings.class, Child.class
        }) {
      try (DataInputStream in =
          new DataInputStream(each.getResourceAsStream(each.getSimpleName() + ".class"))) {
        assertEquals(0xcafebabe, in.readInt());
        assertEquals(0, in.readUnsignedShort());
        assertEquals(52, in.readUnsignedShort(), each.getName());
      }
    }
  }
}
