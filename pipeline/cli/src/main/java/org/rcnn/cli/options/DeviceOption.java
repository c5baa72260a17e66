package org.rcnn.cli.options;

import org.rcnn.cnn.network.ComputeDevice;
import picocli.CommandLine.Option;

/** Where the network runs, for commands that have no configuration. */
public final class DeviceOption {

  @Option(
      names = "--device",
      paramLabel = "cpu|gpu",
      defaultValue = "cpu",
      description = "Where the network runs (default cpu).")
  private ComputeDevice device;

  /** The device, once it is known to be there. */
  public ComputeDevice present() {
    device.engineDevice();
    return device;
  }

  /** The device, there or not. */
  public ComputeDevice device() {
    return device;
  }
}
