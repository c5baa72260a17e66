package org.rcnn.cnn.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TorchEngineTest {

  @ParameterizedTest
  @CsvSource({
    "flags : fpu avx2 avx512_bf16 sse, true",
    "flags : fpu amx_bf16, true",
    "Features : fp asimd bf16, true",
    "flags : fpu avx2 avx512f, false",
    "bugs : bf16, false",
    "'', false"
  })
  void instructionsForBfloat16AreAmongTheFlags(String line, boolean there) {
    String before = "processor : 0\nmodel name : some\n";
    assertEquals(there, TorchEngine.hasBfloat16(before + line.replace(" :", "\t:") + "\n"));
  }
}
