package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CommandReferenceTest {

  private static final String REFERENCE = CommandReference.markdown();

  @Test
  void optionsThatExcludeOneAnotherAreAlternativesAndNoneIsRequired() {
    assertTrue(
        REFERENCE.contains(
            "./rcnn export --onnx=FILE (--model=M | --architecture=NAME --weights=FILE|NAME) [OPTIONS]"),
        REFERENCE);
    assertTrue(REFERENCE.contains("| `--model=M` | A run's folder or its detector.rcnn. |"));
  }

  @Test
  void anOptionThatACommandCannotDoWithoutIsRequired() {
    assertTrue(REFERENCE.contains("| `--onnx=FILE` | The ONNX model to write. Required. |"));
  }
}
