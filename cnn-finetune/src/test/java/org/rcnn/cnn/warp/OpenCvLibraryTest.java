package org.rcnn.cnn.warp;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opencv.core.Core;

class OpenCvLibraryTest {

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64",
    "Linux, aarch64",
    "Mac OS X, x86_64",
    "Mac OS X, aarch64",
    "Windows 11, amd64",
    "Windows 10, x86"
  })
  void theJarHasTheLibraryOfASystem(String system, String architecture) {
    String resource = OpenCvLibrary.resource(system, architecture);
    assertNotNull(Core.class.getResource(resource), resource);
  }
}
