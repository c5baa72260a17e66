package org.rcnn.cli.launch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How to start the program anew where that pays: glibc's malloc reads its settings when a process
 * begins, and a heap has its largest size from the start. Only on Linux with glibc: Windows and
 * macOS have allocators of their own.
 */
final class Restart {

  /** Set in a process that a launcher has started, so that it starts no other. */
  static final String LAUNCHED = "rcnn.launched";

  private static final String UTF_8 = "UTF-8";

  private final Process was;
  private final LaunchSettings settings;

  /** The process that decides, as far as that matters. */
  static final class Process {
    /** The value of a system property by its name. */
    interface Property {
      String of(String name);
    }

    final Property property;
    final Map<String, String> environment;

    /** The options that the JVM was given, before the main class or jar. */
    final List<String> options;

    final int cores;

    /** Whether the system's C library is musl, as on Alpine. */
    final boolean musl;

    Process(
        Property property,
        Map<String, String> environment,
        List<String> options,
        int cores,
        boolean musl) {
      this.property = property;
      this.environment = environment;
      this.options = options;
      this.cores = cores;
      this.musl = musl;
    }
  }

  Restart(Process was, LaunchSettings settings) {
    this.was = was;
    this.settings = settings;
  }

  /** Whether the program should run in another process than this. */
  boolean pays() {
    boolean linux = was.property.of("os.name").startsWith("Linux") && !was.musl;
    boolean launched = Boolean.parseBoolean(was.property.of(LAUNCHED));
    return linux
        && !launched
        && !isDebugged()
        && (!variables().isEmpty() || !isHeapGiven() || !ownOptions().isEmpty());
  }

  /** A debugger watches this process, and its port would be taken for another. */
  private boolean isDebugged() {
    for (String option : was.options) {
      if (option.startsWith("-agentlib:jdwp") || option.startsWith("-Xrunjdwp")) {
        return true;
      }
    }
    return false;
  }

  private boolean isHeapGiven() {
    List<String> all = new ArrayList<>(was.options);
    all.addAll(ownOptions());
    for (String option : all) {
      if (option.startsWith("-Xmx")
          || option.startsWith("-XX:MaxHeapSize")
          || option.startsWith("-XX:MaxRAM")) {
        return true;
      }
    }
    return false;
  }

  /** The options of {@code RCNN_JAVA_OPTS}. */
  private List<String> ownOptions() {
    String options = was.environment.getOrDefault("RCNN_JAVA_OPTS", "").trim();
    return options.isEmpty()
        ? Collections.<String>emptyList()
        : Arrays.asList(options.split("\\s+"));
  }

  /** The variables that the environment lacks. */
  Map<String, String> variables() {
    Map<String, String> lacking = new TreeMap<>();
    if (!was.environment.getOrDefault("LD_PRELOAD", "").contains("malloc")) {
      lacking.putAll(settings.malloc());
      lacking.keySet().removeAll(was.environment.keySet());
    }
    if (!isUtf8()) {
      // Otherwise Java cannot open files whose names are not plain ASCII.
      lacking.put("LC_ALL", "C." + UTF_8);
    }
    return lacking;
  }

  private boolean isUtf8() {
    return UTF_8.equalsIgnoreCase(was.property.of("sun.jnu.encoding"));
  }

  /**
   * Why arguments cannot be handed on, in a sentence; empty if they can. Java has already replaced
   * what the locale does not know.
   */
  String objection(String... arguments) {
    for (String argument : arguments) {
      if (!isUtf8() && argument.indexOf('\uFFFD') >= 0) {
        return "The argument "
            + argument
            + " has letters that this locale does not know; set LC_ALL=C.UTF-8 in the environment"
            + " and start again.";
      }
    }
    return "";
  }

  /** The command. */
  List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(was.property.of("java.home") + "/bin/java");
    if (!isHeapGiven()) {
      command.add("-Xmx" + settings.heapGib(was.cores) + "g");
    }
    command.addAll(was.options);
    command.addAll(ownOptions());
    command.add("-D" + LAUNCHED + "=true");
    String classPath = was.property.of("java.class.path");
    if (classPath.endsWith(".jar") && classPath.indexOf(':') < 0) {
      command.add("-jar");
      command.add(classPath);
    } else {
      command.add("-cp");
      command.add(classPath);
      command.add(Launcher.class.getName());
    }
    command.addAll(Arrays.asList(arguments));
    return command;
  }
}
