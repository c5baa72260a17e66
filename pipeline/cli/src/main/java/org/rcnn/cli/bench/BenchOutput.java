package org.rcnn.cli.bench;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.rcnn.cli.options.Output;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.speed.Peer;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A bench's output: the terminal, and the file of {@code --json}. */
final class BenchOutput {

  @Mixin private Output json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  void printf(String format, Object... values) {
    out().printf(Locale.ROOT, format, values);
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /**
   * The peers of a kind on the class path, in the order of their files. Those that do not load are
   * reported and left out.
   *
   * @param none the sentence to print if there are none
   */
  static <P> List<P> peers(Class<P> kind, PrintWriter report, String none) {
    List<P> peers = new ArrayList<>();
    Iterator<P> found = ServiceLoader.load(kind).iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          break;
        }
        peers.add(found.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        report.println("A peer does not load and is left out: " + e.getMessage());
      }
    }
    if (peers.isEmpty()) {
      report.println(none);
    }
    report.flush();
    return peers;
  }

  /**
   * The peers of a kind that take part; for those that cannot run here, the reason is printed.
   *
   * @param without beginnings of the names of those to leave out
   */
  static <P extends Peer> List<P> peersThatRun(
      Class<P> kind, List<String> without, PrintWriter report) {
    List<P> peers = new ArrayList<>();
    for (P peer :
        peers(kind, report, "No peers are on the class path; ./rcnn bench builds with them.")) {
      if (without.stream().noneMatch(peer.name()::startsWith)) {
        peer.obstacle()
            .ifPresentOrElse(
                sentence -> report.println("Without " + peer.name() + ": " + sentence),
                () -> peers.add(peer));
      }
    }
    return peers;
  }

  /** The network that {@code --architecture} names. */
  static NetworkDefinition network(String architecture, int outputs) {
    try {
      return Architectures.byName(architecture, outputs);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("--architecture: " + e.getMessage());
    }
  }

  /** The class of the root command. */
  Class<?> program() {
    return spec.root().userObject().getClass();
  }

  /**
   * Prints measurements as tables, and writes them as JSON.
   *
   * @param about further entries of the JSON
   * @param parts the measurements; only those of the same part are compared
   */
  void publish(ObjectNode about, List<List<Measurement>> parts) throws IOException {
    List<BenchTable> tables = parts.stream().map(BenchTable::new).toList();
    String text = tables.stream().map(BenchTable::toText).collect(joining(System.lineSeparator()));
    out().print(text);
    out().flush();
    ObjectNode tree = Json.object();
    ArrayNode rows = tree.putArray("rows");
    tables.forEach(table -> table.addTo(rows));
    json.write(tree.setAll(about));
  }
}
