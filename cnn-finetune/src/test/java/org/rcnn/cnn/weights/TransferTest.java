package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.NetworkDefinition.Origin;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.Transfer.LayerTransfer;
import org.rcnn.cnn.weights.Transfer.Outcome;

/** The target has conv1 (4 x 3 x 3 x 3), fc6 (16 x 64) and fc8 (3 x 16). */
class TransferTest {

  private static final NetworkDefinition TARGET = ToyNetworks.tiny(3);

  private static Tensor zeros(int... shape) {
    int size = 1;
    for (int length : shape) {
      size *= length;
    }
    return new Tensor(shape, new float[size]);
  }

  /** A complete source of the target's own shapes, to be spoilt. */
  private static Map<String, Tensor> source() {
    return new LinkedHashMap<>(ToyNetworks.random(TARGET, 1).tensors());
  }

  private static Transfer transfer(Map<String, Tensor> source) {
    return Transfer.into(TARGET, new Weights(source), 42);
  }

  @Test
  void layersOfTheSameNameKindAndShapeAreCopied() {
    Map<String, Tensor> source = source();
    Transfer transfer = transfer(source);
    assertEquals(
        List.of(
            new LayerTransfer("conv1", Outcome.COPIED, "[4, 3, 3, 3]"),
            new LayerTransfer("fc6", Outcome.COPIED, "[16, 64]"),
            new LayerTransfer("fc8", Outcome.COPIED, "[3, 16]")),
        transfer.rows());
    assertEquals(List.of(), transfer.newLayers());
    assertEquals(List.of(), transfer.unused());
    assertEquals(source, transfer.weights().tensors());
  }

  @Test
  void aLayerThatTheSourceLacksIsNew() {
    Map<String, Tensor> source = source();
    source.keySet().removeIf(name -> name.startsWith("fc8"));
    Transfer transfer = transfer(source);
    assertEquals(
        new LayerTransfer("fc8", Outcome.NEW, "the source has no layer of this name"),
        transfer.rows().get(2));
    assertEquals(List.of("fc8"), transfer.newLayers());
    assertEquals(List.copyOf(TARGET.parameters().keySet()), names(transfer));
  }

  @Test
  void aLayerOfAnotherShapeIsRefusedAndMadeNew() {
    // The classifier of 1,000 classes on a network for 3.
    Map<String, Tensor> source = source();
    source.put("fc8.weight", zeros(1000, 16));
    source.put("fc8.bias", zeros(1000));
    Transfer transfer = transfer(source);
    assertEquals(
        new LayerTransfer(
            "fc8", Outcome.REFUSED, "fc8.weight is [1000, 16] in the source and [3, 16] here"),
        transfer.rows().get(2));
    assertEquals(List.of("fc8"), transfer.newLayers());
    assertEquals(
        Weights.initial(TARGET, 42).tensors().get("fc8.weight"),
        transfer.weights().tensors().get("fc8.weight"));
  }

  @Test
  void aWrongBiasAloneRefusesTheWholeLayer() {
    Map<String, Tensor> source = source();
    source.put("fc6.bias", zeros(17));
    Transfer transfer = transfer(source);
    assertEquals(
        new LayerTransfer("fc6", Outcome.REFUSED, "fc6.bias is [17] in the source and [16] here"),
        transfer.rows().get(1));
    assertNotEquals(source.get("fc6.weight"), transfer.weights().tensors().get("fc6.weight"));
  }

  @Test
  void aLayerOfAnotherKindIsRefused() {
    // As many weights, but a convolution over 4 x 4 maps.
    Map<String, Tensor> source = source();
    source.put("fc6.weight", zeros(16, 4, 4, 4));
    assertEquals(
        new LayerTransfer(
            "fc6",
            Outcome.REFUSED,
            "the source's layer is of another kind: its weights have 4 axes, not 2"),
        transfer(source).rows().get(1));
  }

  @Test
  void aLayerWithoutItsBiasIsRefused() {
    Map<String, Tensor> source = source();
    source.remove("conv1.bias");
    assertEquals(
        new LayerTransfer("conv1", Outcome.REFUSED, "the source has no conv1.bias"),
        transfer(source).rows().get(0));
  }

  @Test
  void layersThatTheTargetLacksAreListedOnce() {
    Map<String, Tensor> source = source();
    source.put("fc7.weight", zeros(2, 2));
    source.put("fc7.bias", zeros(2));
    source.put("conv1.bn.gamma", zeros(4));
    assertEquals(List.of("fc7", "conv1.bn"), transfer(source).unused());
  }

  @Test
  void reportHasALineForEachLayer() {
    Map<String, Tensor> source = source();
    source.put("fc6.bias", zeros(17));
    source.keySet().removeIf(name -> name.startsWith("fc8"));
    source.put("fc7.weight", zeros(2, 2));
    assertEquals(
        List.of(
            "copied  conv1  [4, 3, 3, 3]",
            "refused fc6    fc6.bias is [17] in the source and [16] here",
            "new     fc8    the source has no layer of this name",
            "unused  fc7  the target has no layer of this name"),
        transfer(source).report().lines().toList());
  }

  @Test
  void sameSeedGivesTheSameNewLayersWhateverElseIsNew() {
    Map<String, Tensor> source = source();
    source.keySet().removeIf(name -> name.startsWith("fc8"));
    Transfer one = transfer(source);
    assertEquals(one, transfer(source));

    source.keySet().removeIf(name -> name.startsWith("fc6"));
    assertEquals(
        one.weights().tensors().get("fc8.weight"),
        transfer(source).weights().tensors().get("fc8.weight"));
    assertNotEquals(one.weights(), Transfer.into(TARGET, new Weights(source), 43).weights());
  }

  @Test
  void copiedTensorsAreTheSourcesOwn() {
    Map<String, Tensor> source = source();
    assertSame(source.get("fc6.weight"), transfer(source).weights().tensors().get("fc6.weight"));
  }

  /** The target, whose layers other files call {@code features.0}, {@code fc} and so on. */
  private static NetworkDefinition renamed(Map<String, List<Origin>> origins) {
    return new NetworkDefinition(
        TARGET.name(),
        TARGET.inputSize(),
        TARGET.context(),
        TARGET.preprocessing(),
        TARGET.layers(),
        TARGET.taps(),
        TARGET.tapDimensions(),
        origins);
  }

  @Test
  void layersAreFoundUnderTheNamesOfOtherFiles() {
    Map<String, Tensor> source = source();
    source.put("features.0.weight", source.remove("conv1.weight"));
    source.put("features.0.bias", source.remove("conv1.bias"));
    NetworkDefinition target =
        renamed(Map.of("conv1", List.of(Origin.plain("layer0"), Origin.plain("features.0"))));
    Transfer transfer = Transfer.into(target, new Weights(source), 42);
    assertEquals(
        new LayerTransfer("conv1", Outcome.COPIED, "[4, 3, 3, 3], from features.0"),
        transfer.rows().get(0));
    assertEquals(List.of(), transfer.unused());
    assertSame(source.get("features.0.weight"), transfer.weights().tensors().get("conv1.weight"));
  }

  @Test
  void normalisationBehindALayerIsFoldedIntoIt() {
    Map<String, Tensor> source = source();
    Arrays.fill(source.get("conv1.weight").values(), 2);
    source.remove("conv1.bias");
    source.put("bn1.weight", ofFour(3));
    source.put("bn1.bias", ofFour(5));
    source.put("bn1.running_mean", ofFour(7));
    source.put("bn1.running_var", ofFour(4 - 1e-5f));
    NetworkDefinition target = renamed(Map.of("conv1", List.of(new Origin("conv1", "bn1"))));
    Transfer transfer = Transfer.into(target, new Weights(source), 42);
    assertEquals(
        new LayerTransfer("conv1", Outcome.COPIED, "[4, 3, 3, 3], bn1 folded in"),
        transfer.rows().get(0));
    assertEquals(List.of(), transfer.unused());
    // 3 (2x - 7) / 2 + 5 = 3x - 5.5
    assertEquals(3, transfer.weights().tensors().get("conv1.weight").values()[0], 1e-6);
    assertEquals(-5.5, transfer.weights().tensors().get("conv1.bias").values()[3], 1e-5);

    source.put("bn1.running_var", zeros(3));
    assertEquals(
        new LayerTransfer(
            "conv1", Outcome.REFUSED, "its normalisation bn1 is incomplete or of another size"),
        Transfer.into(target, new Weights(source), 42).rows().get(0));
    source.keySet().removeIf(name -> name.startsWith("bn1"));
    assertEquals(
        "the source has no conv1.bias",
        Transfer.into(target, new Weights(source), 42).rows().get(0).reason());
  }

  @Test
  void anAffineMapIsComputedFromTheNormalisationOfItsName() {
    NetworkDefinition target =
        NetworkDefinition.builder("affine", 4, 0, Preprocessing.caffe())
            .convolution("conv", 4, 1, 1, 0)
            .affine("bn")
            .scores("fc", 2)
            .build();
    Map<String, Tensor> source = new LinkedHashMap<>();
    source.put("bn_gamma", ofFour(3));
    source.put("bn_beta", ofFour(5));
    source.put("bn_running_mean", ofFour(7));
    source.put("bn_running_var", ofFour(4 - 1e-5f));
    Transfer transfer = Transfer.into(target, new Weights(source), 42);
    assertEquals(new LayerTransfer("bn", Outcome.COPIED, "[4]"), transfer.rows().get(1));
    // 3 (x - 7) / 2 + 5 = 1.5x - 5.5
    assertEquals(1.5f, transfer.weights().tensors().get("bn.scale").values()[0], 1e-6f);
    assertEquals(-5.5f, transfer.weights().tensors().get("bn.shift").values()[3], 1e-5f);
    // What is written afterwards has the two numbers themselves.
    assertEquals(transfer.weights(), Transfer.into(target, transfer.weights(), 42).weights());

    source.put("bn_beta", zeros(3));
    assertEquals(
        new LayerTransfer(
            "bn",
            Outcome.REFUSED,
            "the source's normalisation is incomplete or of another size than [4]"),
        Transfer.into(target, new Weights(source), 42).rows().get(1));
  }

  @Test
  void aConvolutionThatHasNoBiasThereGetsOneOfZero() {
    Map<String, Tensor> source = source();
    source.remove("conv1.bias");
    NetworkDefinition target = renamed(Map.of("conv1", List.of(Origin.unbiased("conv1"))));
    Transfer transfer = Transfer.into(target, new Weights(source), 42);
    assertEquals(Outcome.COPIED, transfer.rows().get(0).outcome());
    assertEquals(zeros(4), transfer.weights().tensors().get("conv1.bias"));

    source.put("conv1.bias", ofFour(2));
    assertEquals(
        ofFour(2),
        Transfer.into(target, new Weights(source), 42).weights().tensors().get("conv1.bias"));
  }

  @Test
  void aNewTasksScoresAreNewEvenIfTheSourceHasAsMany() {
    Weights source = new Weights(source());
    Transfer transfer = Transfer.intoNewTask(TARGET, source, List.of(), Set.of(), 42);
    assertEquals(
        new LayerTransfer("fc8", Outcome.NEW, "a new task has scores of its own"),
        transfer.rows().get(2));
    assertEquals(List.of("fc8"), transfer.newLayers());
    assertEquals(List.of(), transfer.unused());
    assertEquals(
        Weights.initial(TARGET, 42).tensors().get("fc8.weight"),
        transfer.weights().tensors().get("fc8.weight"));
    assertSame(source.tensors().get("fc6.weight"), transfer.weights().tensors().get("fc6.weight"));
  }

  @Test
  void aLayerCanBeLeftOutThoughTheSourceHasIt() {
    Weights source = new Weights(source());
    Transfer transfer = Transfer.intoNewTask(TARGET, source, List.of(), Set.of("conv1"), 42);
    assertEquals(
        new LayerTransfer("conv1", Outcome.NEW, "it was to be new"), transfer.rows().get(0));
    assertEquals(List.of("conv1", "fc8"), transfer.newLayers());
    assertEquals(List.of(), transfer.unused());
    assertEquals(
        Weights.initial(TARGET, 42).tensors().get("conv1.weight"),
        transfer.weights().tensors().get("conv1.weight"));
    assertSame(source.tensors().get("fc6.weight"), transfer.weights().tensors().get("fc6.weight"));
  }

  private static Tensor ofFour(float value) {
    return new Tensor(new int[] {4}, new float[] {value, value, value, value});
  }

  private static List<String> names(Transfer transfer) {
    return List.copyOf(transfer.weights().tensors().keySet());
  }
}
