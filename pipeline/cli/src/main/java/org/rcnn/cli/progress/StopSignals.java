package org.rcnn.cli.progress;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the process does when it is asked to end by Ctrl-C, SIGTERM or a closed terminal: it says
 * its last words, and then dies of the signal as if it had never handled it.
 *
 * <p>Java's own way to end runs the destructors of native libraries while threads still compute in
 * them, which crashes. The system's way takes everything away at once; the caller sees the status
 * of the signal, 130 or 143. Nothing is cleaned up, so whatever is on disk must bear a kill at any
 * time, which it must anyway.
 *
 * <p>Java has signals in a class outside its standard, {@code sun.misc.Signal}, which compilers
 * warn of; it is used by reflection.
 */
final class StopSignals implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);
  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

  private final Method handle;
  // The handlers of before, by signal.
  private final Map<Object, Object> before = new LinkedHashMap<>();

  private StopSignals(Method handle) {
    this.handle = handle;
  }

  /**
   * Handles the signals until it is closed.
   *
   * @param lastWords says them
   * @return empty where signals cannot be handled: on Windows, and under other Java machines
   */
  static Optional<StopSignals> handle(Runnable lastWords) {
    if (System.getProperty("os.name").startsWith("Windows")) {
      return Optional.empty();
    }
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Method handle = type.getMethod("handle", type, handlerType);
      Method name = type.getMethod("getName");
      Method number = type.getMethod("getNumber");
      Object byTheSystem = handlerType.getField("SIG_DFL").get(null);
      Object handler =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  lastWords.run();
                  handle.invoke(null, arguments[0], byTheSystem);
                  die((String) name.invoke(arguments[0]), (int) number.invoke(arguments[0]));
                }
                return null;
              });
      StopSignals signals = new StopSignals(handle);
      for (String each : NAMES) {
        Object signal = type.getConstructor(String.class).newInstance(each);
        signals.before.put(signal, handle.invoke(null, signal, handler));
      }
      return Optional.of(signals);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      LOG.debug("Signals cannot be handled.", e);
      return Optional.empty();
    }
  }

  /** Sends this process a signal; Java itself raises only those that it handles. */
  private static void die(String name, int number) {
    try {
      String command = "kill -s %s %d".formatted(name, ProcessHandle.current().pid());
      new ProcessBuilder("sh", "-c", command).start().waitFor();
    } catch (IOException e) {
      LOG.debug("There is no shell.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(128 + number);
  }

  @Override
  public void close() {
    before.forEach(
        (signal, handler) -> {
          try {
            handle.invoke(null, signal, handler);
          } catch (IllegalAccessException | InvocationTargetException e) {
            LOG.debug("A signal's handler cannot be put back.", e);
          }
        });
  }
}
