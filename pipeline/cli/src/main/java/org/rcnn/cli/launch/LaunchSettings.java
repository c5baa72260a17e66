package org.rcnn.cli.launch;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What the program is started with: the file {@code launch.env}, which the scripts read too. */
final class LaunchSettings {

  private static final String FILE = "launch.env";
  private static final String MALLOC = "MALLOC_";

  private final Properties settings;

  private LaunchSettings(Properties settings) {
    this.settings = settings;
  }

  static LaunchSettings read() throws IOException {
    Properties settings = new Properties();
    try (InputStream in = LaunchSettings.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IOException("The program's jar is damaged: it has no " + FILE + ".");
      }
      settings.load(in);
    }
    return new LaunchSettings(settings);
  }

  /** The variables that glibc's malloc is tuned for tensors with, by name. */
  Map<String, String> malloc() {
    Map<String, String> malloc = new TreeMap<>();
    for (String name : settings.stringPropertyNames()) {
      if (name.startsWith(MALLOC)) {
        malloc.put(name, settings.getProperty(name));
      }
    }
    return malloc;
  }

  /** The largest heap, in GiB, for a number of cores. */
  int heapGib(int cores) {
    int beyond = Math.max(0, cores - number("HEAP_CORES"));
    return number("HEAP_GIB") + beyond / number("HEAP_CORES_PER_GIB");
  }

  private int number(String name) {
    return Integer.parseInt(settings.getProperty(name));
  }
}
