package org.rcnn.cnn.network;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.Locale;

/** Where a network's arrays lie and its operators run. */
public enum ComputeDevice {
  /** The processor, on all systems. */
  CPU,
  /** The first graphics card that the native engine can use. */
  GPU;

  /**
   * The device of that name, in any case.
   *
   * @throws IllegalArgumentException if there is no such name
   */
  public static ComputeDevice named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** Whether networks can run there. */
  public boolean isPresent() {
    return this == CPU || Engine.getInstance().getGpuCount() > 0;
  }

  /**
   * The engine's name of it.
   *
   * @throws IllegalStateException if there is no such device, or the native engine is one without
   *     support for it
   */
  public Device engineDevice() {
    if (this == CPU) {
      return Device.cpu();
    }
    return gpu(Engine.getInstance().getGpuCount());
  }

  static Device gpu(int count) {
    if (count == 0) {
      throw new IllegalStateException(
          "The engine sees no GPU: it needs one by NVIDIA with its driver, the CUDA runtime 12.8 or"
              + " newer, and a build with the CUDA natives (RCNN_PROFILES=cuda ./rcnn ...).");
    }
    return Device.gpu();
  }
}
