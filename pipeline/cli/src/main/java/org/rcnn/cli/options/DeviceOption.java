package org.rcnn.cli.options;

import org.rcnn.cnn.network.ComputeDevice;
import picocli.CommandLine.Option;

/** Where the network runs, for commands that have no configuration. */
public final class DeviceOption {

  @Option(
      names = "--device",
      paramLabel = "cpu|gpu",
      defaultValue = "cpu",
      description = "The device that runs the network (default cpu).")
  private ComputeDevice device;

  /**
   * The device, after a check that it exists.
   *
   * @throws IllegalStateException if it does not
   */
  public ComputeDevice present() {
    device.engineDevice();
    return device;
  }

  /** The device, whether it exists or not. */
  public ComputeDevice device() {
    return device;
  }
}
