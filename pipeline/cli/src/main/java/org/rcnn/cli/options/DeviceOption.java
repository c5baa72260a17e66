package org.rcnn.cli.options;

import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.pipeline.config.ConfigException;
import picocli.CommandLine.Option;

/** Where the network runs, for commands that have no configuration. */
public final class DeviceOption {

  @Option(
      names = "--device",
      paramLabel = "cpu|gpu",
      defaultValue = "cpu",
      description = "Where the network runs (default cpu).")
  private String name;

  /** The device, once it is known to be there. */
  public ComputeDevice present() {
    ComputeDevice device = device();
    device.engineDevice();
    return device;
  }

  public ComputeDevice device() {
    try {
      return ComputeDevice.named(name);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("--device must be one of cpu, gpu; it is " + name + ".");
    }
  }
}
