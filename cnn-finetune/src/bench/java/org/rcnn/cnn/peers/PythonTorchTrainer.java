package org.rcnn.cnn.peers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.speed.TrainingPeer;
import org.rcnn.cnn.speed.TrainingRun;
import org.rcnn.cnn.speed.TrainingTask;

/**
 * torch in a Python process of its own, which keeps the time itself: eager, single precision, its
 * own SGD, channels last where an iteration is faster so.
 */
public class PythonTorchTrainer implements TrainingPeer {

  /** Prints the folder of the library for products of matrices, which decides torch's speed. */
  private static final String BLAS =
      """
      import os, torch
      for line in open("/proc/self/maps"):
          path = line.split()[-1]
          if os.path.basename(path).startswith("libblas.so"):
              folder = os.path.basename(os.path.dirname(path))
              print({"blas": "reference BLAS"}.get(folder, folder))
              break
      """;

  private final PythonTorch torch;
  private final String blas;

  /** torch as the system ships it; made by the service loader. */
  public PythonTorchTrainer() {
    this(false);
  }

  PythonTorchTrainer(boolean tunedMalloc) {
    this.torch = PythonTorch.find(tunedMalloc);
    List<String> lines = torch.version() == null ? List.of() : PythonTorch.printed(BLAS);
    this.blas = lines.isEmpty() ? "" : " with " + lines.get(0);
  }

  @Override
  public String name() {
    return torch.name().replace(", malloc", blas + ", malloc");
  }

  @Override
  public Optional<String> obstacle() {
    return torch.obstacle();
  }

  @Override
  public TrainingRun open(TrainingTask task, Path folder) throws IOException {
    ObjectNode net = NetworkFiles.JSON.createObjectNode();
    net.put("side", task.definition().inputSize());
    net.put("rate", task.solver().rate());
    net.put("momentum", task.solver().momentum());
    net.put("decay", task.solver().weightDecay());
    net.put("smoothing", task.labelSmoothing());
    net.set("rates", NetworkFiles.JSON.valueToTree(task.rates()));
    net.set("labels", NetworkFiles.JSON.valueToTree(task.labels()));
    NetworkFiles.write(folder.resolve("input.bin"), task.images());
    NetworkFiles.write(folder, net, task.definition(), task.weights());
    // OpenBLAS has threads of its own, which torch's setting does not reach.
    Map<String, String> threads = Map.of("OPENBLAS_NUM_THREADS", Integer.toString(task.threads()));
    PythonProcess process = torch.start("torch_train.py", folder, task.threads(), threads);
    return new Run(process, folder.resolve("trained.bin"), task.weights());
  }

  private record Run(PythonProcess process, Path result, Weights start) implements TrainingRun {

    @Override
    public Map<String, Double> chooseFastest() throws IOException {
      return Map.of("channels_last", Double.valueOf(process.ask("choose")));
    }

    @Override
    public Took train(int iterations) throws IOException {
      String[] seconds = process.ask("train " + iterations).split(" ");
      return new Took(Double.parseDouble(seconds[0]), Double.parseDouble(seconds[1]));
    }

    @Override
    public Weights weights() throws IOException {
      process.ask("weights");
      return NetworkFiles.read(result, start);
    }

    @Override
    public void close() {
      process.close();
    }
  }
}
