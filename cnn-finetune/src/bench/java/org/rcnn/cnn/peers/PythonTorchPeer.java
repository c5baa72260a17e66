package org.rcnn.cnn.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Aside;
import org.rcnn.cnn.network.Layer.Parallel;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.speed.ForwardPass;
import org.rcnn.cnn.speed.ForwardPeer;
import org.rcnn.cnn.speed.ForwardTask;

/**
 * torch in a Python process of its own, which keeps the time itself: eager, single precision,
 * without gradients, as most people run it.
 *
 * <p>The interpreter is {@code /usr/bin/python3} or what {@code -Drcnn.python=} names.
 */
public class PythonTorchPeer implements ForwardPeer {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final boolean tunedMalloc;
  private final String version;

  /** torch as the system ships it; made by the service loader. */
  public PythonTorchPeer() {
    this(false);
  }

  PythonTorchPeer(boolean tunedMalloc) {
    this.tunedMalloc = tunedMalloc;
    this.version = version();
  }

  private static String python() {
    return System.getProperty("rcnn.python", "/usr/bin/python3");
  }

  /** torch's version; null if there is none. */
  private static String version() {
    try {
      Process process =
          new ProcessBuilder(python(), "-c", "import torch; print(torch.__version__)")
              .redirectErrorStream(true)
              .start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? printed.strip() : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  @Override
  public String name() {
    return "Python torch%s, malloc %s"
        .formatted(version == null ? "" : " " + version, tunedMalloc ? "tuned" : "as it is");
  }

  @Override
  public Optional<String> obstacle() {
    return version != null
        ? Optional.empty()
        : Optional.of(python() + " has no torch; Debian's package is python3-torch.");
  }

  @Override
  public ForwardPass open(ForwardTask task, Path folder) throws IOException {
    Path place = Files.createDirectories(folder.resolve("torch-" + task.definition().name()));
    write(place, task);
    ProcessBuilder builder =
        new ProcessBuilder(
                python(),
                place.resolve("forward.py").toString(),
                place.toString(),
                Integer.toString(task.threads()))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    if (!tunedMalloc) {
      builder.environment().keySet().removeIf(name -> name.startsWith("MALLOC_"));
    }
    return new Pass(builder.start(), place.resolve("output.bin"));
  }

  private static void write(Path place, ForwardTask task) throws IOException {
    if (Files.exists(place.resolve("net.json"))) {
      return;
    }
    try (InputStream script = PythonTorchPeer.class.getResourceAsStream("torch_forward.py")) {
      Files.copy(script, place.resolve("forward.py"), StandardCopyOption.REPLACE_EXISTING);
    }
    try (FileChannel weights = create(place.resolve("weights.bin"))) {
      ObjectNode net = JSON.createObjectNode();
      net.put("batch", task.batch());
      net.put("side", task.definition().inputSize());
      net.put("tap", task.definition().taps().get(task.tap()));
      net.set("layers", describe(task.definition().layers(), task, weights));
      try (FileChannel images = create(place.resolve("input.bin"))) {
        images.write(bytes(task.images()));
      }
      JSON.writeValue(place.resolve("net.json").toFile(), net);
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  private static ByteBuffer bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  /** The layers with their settings; weights go to their file in the same order. */
  private static ArrayNode describe(List<Layer> layers, ForwardTask task, FileChannel weights)
      throws IOException {
    ArrayNode array = JSON.createArrayNode();
    for (Layer layer : layers) {
      ObjectNode node = array.addObject();
      if (layer instanceof Parallel p) {
        node.put("name", p.name()).put("join", p.join().name());
        ArrayNode branches = node.putArray("branches");
        for (List<Layer> branch : p.branches()) {
          branches.add(describe(branch, task, weights));
        }
      } else if (layer instanceof Aside a) {
        node.put("name", a.name()).set("layers", describe(a.layers(), task, weights));
      } else {
        node.setAll((ObjectNode) JSON.valueToTree(layer));
      }
      node.put("kind", layer.kind());
      boolean own = !(layer instanceof Parallel);
      if (own) {
        for (String parameter : layer.parameters().keySet()) {
          Tensor tensor = task.weights().tensors().get(parameter);
          node.set(
              parameter.substring(layer.name().length() + 1), JSON.valueToTree(tensor.shape()));
          ByteBuffer values = bytes(tensor.values());
          while (values.hasRemaining()) {
            weights.write(values);
          }
        }
      }
    }
    return array;
  }

  /** A process that runs the batch whenever it reads a line. */
  private static final class Pass implements ForwardPass {
    private final Process process;
    private final PrintWriter commands;
    private final BufferedReader answers;
    private final Path output;

    Pass(Process process, Path output) throws IOException {
      this.process = process;
      this.output = output;
      this.commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
      this.answers =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      try {
        answer();
      } catch (IOException e) {
        close();
        throw e;
      }
    }

    private String answer() throws IOException {
      String line = answers.readLine();
      if (line == null) {
        throw new IOException("The Python process with torch ended; see above.");
      }
      return line;
    }

    @Override
    public double run() throws IOException {
      commands.println("run");
      return Double.parseDouble(answer());
    }

    @Override
    public float[] output() throws IOException {
      commands.println("output");
      answer();
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(output));
      float[] values = new float[bytes.remaining() / Float.BYTES];
      bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
      return values;
    }

    @Override
    public void close() {
      commands.close();
      process.destroy();
    }
  }
}
