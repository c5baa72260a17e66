package org.rcnn.cnn.network;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the engine's native kernels choose by: the vector instructions of the processor, and
 * environment variables that forbid some of them. Kernels for other instructions add in another
 * order, so that results differ in their last bits.
 *
 * @param instructions the processor's vector instructions by their names on Linux, sorted; empty
 *     where they are not known
 * @param level the most that PyTorch's own kernels use of them: {@code avx512}, {@code avx2},
 *     {@code default} for neither, {@code unknown} where the instructions are not known
 * @param overrides environment variables that change the choice, by name
 */
public record KernelChoice(List<String> instructions, String level, Map<String, String> overrides) {

  /** Intel's and AMD's names, and the vector extensions of 64-bit Arm. */
  private static final Pattern VECTORS =
      Pattern.compile(
          "sse4_2|avx|avx2|fma|f16c|avx_vnni|avx512\\w*|amx_\\w+|asimd\\w*|sve\\w*|bf16|i8mm");

  private static final Pattern FLAGS = Pattern.compile("(?m)^(?:flags|Features)\\s*:(.*)$");

  private static final Set<String> AVX512 = Set.of("avx512vl", "avx512bw", "avx512dq", "fma");
  private static final Set<String> AVX2 = Set.of("avx2", "fma");

  private static final String LEVEL = "ATEN_CPU_CAPABILITY";

  /** PyTorch's own kernels, oneDNN's, MKL's, and the number of threads that OpenMP takes. */
  private static final List<String> VARIABLES =
      List.of(
          LEVEL,
          "ONEDNN_MAX_CPU_ISA",
          "DNNL_MAX_CPU_ISA",
          "ONEDNN_DEFAULT_FPMATH_MODE",
          "DNNL_DEFAULT_FPMATH_MODE",
          "MKL_ENABLE_INSTRUCTIONS",
          "MKL_CBWR",
          "OMP_NUM_THREADS",
          "MKL_NUM_THREADS");

  /** Keeps its own copies. */
  public KernelChoice {
    instructions = List.copyOf(instructions);
    overrides = Collections.unmodifiableMap(new TreeMap<>(overrides));
  }

  /**
   * The choice of a process.
   *
   * @param description the text of Linux's {@code /proc/cpuinfo}; empty on other systems
   * @param environment the process's environment variables
   */
  public static KernelChoice of(String description, Map<String, String> environment) {
    Set<String> flags = new TreeSet<>();
    Matcher line = FLAGS.matcher(description);
    if (line.find()) {
      flags.addAll(Arrays.asList(line.group(1).strip().split("\\s+")));
    }
    Map<String, String> overrides = new TreeMap<>();
    for (String variable : VARIABLES) {
      if (environment.containsKey(variable)) {
        overrides.put(variable, environment.get(variable));
      }
    }
    List<String> vectors = flags.stream().filter(flag -> VECTORS.matcher(flag).matches()).toList();
    return new KernelChoice(vectors, level(flags, overrides.getOrDefault(LEVEL, "")), overrides);
  }

  /** As PyTorch decides it: a variable that names a level goes before the processor. */
  private static String level(Set<String> flags, String asked) {
    String wanted = asked.toLowerCase(Locale.ROOT);
    if (List.of("avx512", "avx2", "default").contains(wanted)) {
      return wanted;
    }
    if (flags.isEmpty()) {
      return "unknown";
    }
    if (flags.containsAll(AVX512)) {
      return "avx512";
    }
    return flags.containsAll(AVX2) ? "avx2" : "default";
  }
}
