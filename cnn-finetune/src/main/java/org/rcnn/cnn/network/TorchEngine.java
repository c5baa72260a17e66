package org.rcnn.cnn.network;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.Utils;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/** The native engine and its settings, which hold for the whole process. */
public final class TorchEngine {

  /** Intel's and AMD's names, and that of 64-bit Arm. */
  private static final Pattern BFLOAT16 =
      Pattern.compile("(?m)^(flags|Features)\\s*:.*\\b(avx512_bf16|amx_bf16|bf16)\\b");

  /** The upper limit of glibc's threshold, from which a block is the kernel's each time. */
  private static final long LARGEST_KEPT = 32L << 20;

  static {
    stayOffline(System.getProperties());
  }

  private TorchEngine() {}

  /**
   * When DJL's engine starts, DJL reports that to its authors, and asks a cloud's metadata address
   * for the machine's name to do so. Its own switch prevents this; nothing else here needs a
   * network. A program that has set the switch keeps its choice, and the environment variable
   * DJL_OFFLINE still overrides both.
   */
  static void stayOffline(Properties properties) {
    properties.putIfAbsent("ai.djl.offline", "true");
  }

  /**
   * The native engine, started on first use without a network call. Everything in the project that
   * needs the engine takes it from here.
   *
   * @throws IllegalStateException if its native library cannot be unpacked or loaded; the message
   *     says where it was to be, why not, and what to do
   */
  public static Engine instance() {
    try {
      return Engine.getInstance();
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalStateException(
          NativeFailure.sentence(
              "PyTorch",
              Utils.getEngineCacheDir("pytorch"),
              500,
              "DJL_CACHE_DIR=FOLDER in the environment",
              e),
          e);
    }
  }

  /**
   * Sets how many threads one operation is split over, for operations called from this thread and
   * from threads that have not called the engine yet. Results differ in the last bits between
   * thread counts, and are the same for the same count.
   */
  public static void useThreads(int threads) {
    // The engine is loaded first: its native methods do not exist before.
    instance();
    JniUtils.setNumThreads(threads);
  }

  /** The engine's name and version. */
  public static String version() {
    return "DJL %s, PyTorch %s".formatted(Engine.getDjlVersion(), instance().getVersion());
  }

  /**
   * Whether a processor has instructions for bfloat16, as Linux describes it.
   *
   * @param description the text of {@code /proc/cpuinfo}; empty on other systems
   */
  public static boolean hasBfloat16(String description) {
    return BFLOAT16.matcher(description).find();
  }

  /**
   * A warning if glibc's malloc runs untuned: it then returns every large tensor to the kernel,
   * which makes training two to three times slower.
   *
   * @param environment the process's environment variables
   * @param operatingSystem the value of {@code os.name}
   */
  public static Optional<String> mallocWarning(
      Map<String, String> environment, String operatingSystem) {
    return warning(environment, operatingSystem, "training will run two to three times slower");
  }

  /**
   * A warning for a program that only runs a network forward. Blocks of up to 32 MiB stay with
   * glibc's malloc by itself, so small networks do not care: {@code alexnet64} takes the same
   * processor time either way. Untuned, {@code alexnet} at 227 pixels takes 1.2 times as much, and
   * {@code squeezenet1_0}, whose maps are larger and its products fewer, twice.
   *
   * @param environment the process's environment variables
   * @param operatingSystem the value of {@code os.name}
   * @param network the network
   * @param batch regions that run through it together
   */
  public static Optional<String> mallocWarning(
      Map<String, String> environment,
      String operatingSystem,
      NetworkDefinition network,
      int batch) {
    long bytes = Float.BYTES * batch * Arithmetic.largestMaps(network);
    return bytes > LARGEST_KEPT
        ? warning(environment, operatingSystem, "this network may run up to two times slower")
        : Optional.empty();
  }

  private static Optional<String> warning(
      Map<String, String> environment, String operatingSystem, String effect) {
    boolean glibc = operatingSystem.startsWith("Linux");
    boolean tuned =
        environment.containsKey("MALLOC_MMAP_MAX_")
            || environment.getOrDefault("LD_PRELOAD", "").contains("malloc");
    if (!glibc || tuned) {
      return Optional.empty();
    }
    return Optional.of(
        "glibc's malloc is not tuned for tensors: "
            + effect
            + ". Start through ./rcnn, or set MALLOC_ARENA_MAX=1 MALLOC_MMAP_MAX_=0"
            + " MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=268435456.");
  }
}
