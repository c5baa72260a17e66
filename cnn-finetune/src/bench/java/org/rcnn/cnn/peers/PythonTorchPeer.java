package org.rcnn.cnn.peers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.speed.ForwardPass;
import org.rcnn.cnn.speed.ForwardPeer;
import org.rcnn.cnn.speed.ForwardTask;

/**
 * torch in a Python process of its own, which keeps the time itself: eager, single precision,
 * without gradients, as most people run it.
 */
public class PythonTorchPeer implements ForwardPeer {

  private final PythonTorch torch;

  /** torch as the system ships it; made by the service loader. */
  public PythonTorchPeer() {
    this(false);
  }

  PythonTorchPeer(boolean tunedMalloc) {
    this.torch = PythonTorch.find(tunedMalloc);
  }

  @Override
  public String name() {
    return torch.name();
  }

  @Override
  public Optional<String> obstacle() {
    return torch.obstacle();
  }

  @Override
  public ForwardPass open(ForwardTask task, Path folder) throws IOException {
    Path place = Files.createDirectories(folder.resolve("torch-" + task.definition().name()));
    if (!Files.exists(place.resolve("net.json"))) {
      ObjectNode net = NetworkFiles.JSON.createObjectNode();
      net.put("batch", task.batch());
      net.put("side", task.definition().inputSize());
      net.put("tap", task.definition().taps().get(task.tap()));
      NetworkFiles.write(place.resolve("input.bin"), task.images());
      NetworkFiles.write(place, net, task.definition(), task.weights());
    }
    PythonProcess process = torch.start("torch_forward.py", place, task.threads(), Map.of());
    return new Pass(process, place.resolve("output.bin"));
  }

  /** A process that runs the batch whenever it reads a line. */
  private record Pass(PythonProcess process, Path result) implements ForwardPass {

    @Override
    public double run() throws IOException {
      return Double.parseDouble(process.ask("run"));
    }

    @Override
    public float[] output() throws IOException {
      process.ask("output");
      return NetworkFiles.read(result);
    }

    @Override
    public void close() {
      process.close();
    }
  }
}
