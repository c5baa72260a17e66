package org.rcnn.cnn.network;

import ai.djl.Device;
import org.rcnn.data.Labelled;

/** Where a network's arrays lie and its operators run. */
public enum ComputeDevice implements Labelled {
  /** The processor, on all systems. */
  CPU,
  /** The first graphics card that the native engine can use. */
  GPU;

  /** Whether networks can run there. */
  public boolean isPresent() {
    return this == CPU || TorchEngine.instance().getGpuCount() > 0;
  }

  /**
   * The device in the engine's terms.
   *
   * @throws IllegalStateException if there is no such device, or the native engine does not support
   *     it
   */
  public Device engineDevice() {
    if (this == CPU) {
      return Device.cpu();
    }
    return gpu(TorchEngine.instance().getGpuCount());
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
