package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

class GluonNamesTest {

  private static List<String> translated(String... names) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : names) {
      tensors.put(name, new Tensor(new int[] {1}, new float[1]));
    }
    return List.copyOf(GluonNames.translate(new Weights(tensors)).tensors().keySet());
  }

  @Test
  void partsAreNamedAsInAStateDict() {
    assertEquals(List.of("conv0.weight", "dense1.bias"), translated("conv0_weight", "dense1_bias"));
    assertEquals(
        List.of("bn0.weight", "bn0.bias", "bn0.running_mean", "bn0.running_var"),
        translated("bn0_gamma", "bn0_beta", "bn0_running_mean", "bn0_running_var"));
    assertEquals(
        List.of("bn0.running_mean", "bn0.running_var"),
        translated("bn0_moving_mean", "bn0_moving_var"));
  }

  @Test
  void theNetworksOwnNameBeforeThemIsLeftOut() {
    assertEquals(
        List.of("conv0.weight", "stage1_batchnorm0.weight", "shape"),
        translated("resnetv24_conv0_weight", "resnetv24_stage1_batchnorm0_gamma", "shape"));
    // Here it is no one's but the stage's.
    assertEquals(
        List.of("stage1_conv0.weight", "conv0.weight"),
        translated("stage1_conv0_weight", "conv0_weight"));
    assertEquals(
        List.of("stage1_conv0.weight", "stage1_batchnorm0.weight"),
        translated("stage1_conv0_weight", "stage1_batchnorm0_gamma"));
    assertEquals(
        List.of("conv1_1.weight", "conv1_2.weight"),
        translated("conv1_1_weight", "conv1_2_weight"));
  }

  @Test
  void otherNamesStay() {
    assertEquals(
        List.of("layer.in_proj_weight", "_weight", "mean", "conv0.weight", "conv0_weight"),
        translated("layer.in_proj_weight", "_weight", "mean", "conv0.weight", "conv0_weight"));
  }
}
