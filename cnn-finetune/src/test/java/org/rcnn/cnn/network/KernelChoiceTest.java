package org.rcnn.cnn.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {

  private static KernelChoice of(String flags, Map<String, String> environment) {
    return KernelChoice.of(
        "model name\t: Some\nflags\t\t: fpu " + flags + "\nbugs\t: \n", environment);
  }

  @Test
  void theLevelIsTheMostThatTheProcessorHasAllPartsOf() {
    assertEquals("default", of("avx avx2", Map.of()).level());
    assertEquals("avx2", of("avx avx2 fma", Map.of()).level());
    assertEquals("avx2", of("avx2 fma avx512f avx512vl avx512bw", Map.of()).level());
    assertEquals("avx512", of("avx2 fma avx512f avx512vl avx512bw avx512dq", Map.of()).level());
    assertEquals("unknown", KernelChoice.of("", Map.of()).level());
  }

  @Test
  void vectorInstructionsAloneAreListedSorted() {
    KernelChoice choice = of("sse4_2 lm avx512_bf16 avx2 aes amx_tile fma", Map.of());
    assertEquals(
        List.of("amx_tile", "avx2", "avx512_bf16", "fma", "sse4_2"), choice.instructions());
    KernelChoice arm = KernelChoice.of("Features\t: fp asimd asimdhp sve crc32", Map.of());
    assertEquals(List.of("asimd", "asimdhp", "sve"), arm.instructions());
    assertEquals("default", arm.level());
  }

  @Test
  void variablesThatChangeTheChoiceAreKeptAndOneOfThemGoesBeforeTheProcessor() {
    Map<String, String> environment =
        Map.of("ATEN_CPU_CAPABILITY", "avx2", "MKL_CBWR", "COMPATIBLE", "HOME", "/");
    KernelChoice choice = of("avx2 fma avx512vl avx512bw avx512dq", environment);
    assertEquals("avx2", choice.level());
    assertEquals(
        Map.of("ATEN_CPU_CAPABILITY", "avx2", "MKL_CBWR", "COMPATIBLE"), choice.overrides());
  }
}
