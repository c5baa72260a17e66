package org.rcnn.cnn.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import org.junit.jupiter.api.Test;

class ComputeDeviceTest {

  @Test
  void theCpuIsAlwaysThere() {
    assertEquals(Device.cpu(), ComputeDevice.CPU.engineDevice());
  }

  @Test
  void theGpuIsTheFirstOrRefused() {
    assertEquals(Device.gpu(0), ComputeDevice.gpu(2));
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> ComputeDevice.gpu(0));
    assertTrue(e.getMessage().startsWith("The engine sees no GPU"), e.getMessage());
  }
}
