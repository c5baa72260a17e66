package org.rcnn.cli.launch;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;

/**
 * Where {@code java -jar rcnn.jar} begins. On Linux it starts the program in a second process, with
 * glibc's malloc tuned for tensors and a heap for the machine's cores ({@link Restart}), and ends
 * as that ends; elsewhere, and where a launcher has done so, it calls the program.
 */
public final class Launcher {

  private static final String PROGRAM = "org.rcnn.cli.Main";

  private Launcher() {}

  /** Runs a command and exits with its status; 1 on a Java that is too old. */
  public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
    String old =
        JavaVersion.objection(
            System.getProperty("java.specification.version"), System.getProperty("java.home"));
    if (!old.isEmpty()) {
      refuse(old);
    }
    Restart restart = new Restart(thisProcess(), LaunchSettings.read());
    if (!restart.pays()) {
      run(arguments);
      return;
    }
    String objection = restart.objection(arguments);
    if (!objection.isEmpty()) {
      refuse(objection);
    }
    int status;
    try {
      status = Child.run(restart.command(arguments), restart.variables());
    } catch (IOException e) {
      // Such as where no further process is allowed.
      run(arguments);
      return;
    }
    System.exit(status);
  }

  private static Restart.Process thisProcess() {
    return new Restart.Process(
        System::getProperty,
        System.getenv(),
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        Runtime.getRuntime().availableProcessors(),
        isMusl(new File("/lib").list()));
  }

  /** Whether a folder of libraries has musl's loader. */
  private static boolean isMusl(String[] libraries) {
    if (libraries != null) {
      for (String library : libraries) {
        if (library.startsWith("ld-musl-")) {
          return true;
        }
      }
    }
    return false;
  }

  private static void refuse(String sentence) {
    System.err.println(sentence);
    System.exit(1);
  }

  /** Its classes are of a newer Java than this one, so they are named by text alone. */
  private static void run(String[] arguments) throws ReflectiveOperationException {
    // Pictures are drawn into memory, also where there is a screen.
    System.setProperty("java.awt.headless", "true");
    try {
      Class.forName(PROGRAM).getMethod("main", String[].class).invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Error) {
        throw (Error) e.getCause();
      }
      throw e;
    }
  }
}
