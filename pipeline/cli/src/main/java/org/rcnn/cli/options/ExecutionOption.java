package org.rcnn.cli.options;

import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.onnx.OnnxRuntimes;
import org.rcnn.pipeline.Detector;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.stage.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** How a detector's network runs, for commands that have no configuration. */
public final class ExecutionOption {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutionOption.class);

  @Option(
      names = "--execution",
      paramLabel = "auto|plain|fused|bf16|onnx",
      description =
          "How the network runs: operator by operator, as one program, or as one program in"
              + " bfloat16, or in ONNX Runtime, which needs RCNN_PROFILES=onnx (default: auto, which"
              + " is fused on an x86 processor, otherwise plain).")
  private Execution execution = Execution.AUTO;

  /**
   * The options of a detector on a device.
   *
   * @throws ConfigException if the device does not support the execution
   * @throws IllegalStateException if ONNX Runtime is asked for and is not there
   */
  public Detector.Options on(ComputeDevice device) {
    if (!execution.runsOn(device)) {
      throw new ConfigException(
          "--execution must be auto or plain on a GPU; it is " + execution.label() + ".");
    }
    if (execution == Execution.BF16) {
      Processor.bfloat16Warning("--execution").ifPresent(LOG::warn);
    }
    if (execution == Execution.ONNX) {
      OnnxRuntimes.require();
    }
    return Detector.Options.on(device).withExecution(execution);
  }
}
