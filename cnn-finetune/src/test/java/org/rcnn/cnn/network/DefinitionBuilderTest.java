package org.rcnn.cnn.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DefinitionBuilderTest {

  private static final Consumer<DefinitionBuilder> NOTHING = branch -> {};

  /** An input of 3 x 8 x 8. */
  private static DefinitionBuilder network() {
    return NetworkDefinition.builder("toy", 8, 1, Preprocessing.caffe());
  }

  private static void refused(String words, Consumer<DefinitionBuilder> description) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> description.accept(network()));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    assertTrue(refusal.getMessage().endsWith("."), refusal.getMessage());
  }

  @Test
  void aNetworkEndsInClassScores() {
    refused("does not end in class scores", n -> n.convolution("conv1", 4, 3, 1, 1).build());
    refused("does not end in class scores", n -> n.scores("fc", 2).relu("last").build());
    refused("does not end in class scores", DefinitionBuilder::build);
    refused("has no layer that learns", n -> n.globalAverage("all").tap(Tap.SCORES).build());
  }

  @Test
  void aTapIsComputedFromTheLayersBeforeIt() {
    NetworkDefinition network =
        network()
            .convolution("conv1", 4, 3, 1, 1)
            .tapAside(Tap.POOL5, aside -> aside.averagePool("small", 2, 2, 0))
            .linear("fc6", 4)
            .tap(Tap.FC6)
            .scores("fc8", 2)
            .build();
    assertEquals(List.of("conv1"), layersOf(network, Tap.POOL5));
    assertEquals(List.of("conv1", "fc6"), layersOf(network, Tap.FC6));
    assertEquals(List.of("conv1", "fc6", "fc8"), layersOf(network, Tap.SCORES));
    assertThrows(
        IllegalArgumentException.class, () -> network.isComputedFrom(Tap.FC7, layer -> true));
  }

  private static List<String> layersOf(NetworkDefinition network, Tap tap) {
    return network
        .leaves()
        .filter(Layer::learns)
        .filter(layer -> network.isComputedFrom(tap, layer::equals))
        .map(Layer::name)
        .toList();
  }

  @Test
  void aLayersNameIsItsOwn() {
    refused(
        "two layers named 'fc'", n -> n.linear("fc", 4).dropout("drop", 0).scores("fc", 2).build());
    refused(
        "two layers named 'same'",
        n ->
            n.concatenate("both", one -> one.relu("same"), two -> two.relu("same"))
                .scores("fc", 2)
                .build());
    refused(
        "two layers named 'pool5'",
        n -> n.relu("pool5").tapAside(Tap.POOL5, NOTHING).scores("fc", 2).build());
  }

  @Test
  void otherNamesFollowALayerThatLearns() {
    refused("'features.0' is another name of no layer", n -> n.from("features.0"));
    refused(
        "'x' is another name of no layer",
        n -> n.add("both", one -> one.bare("conv", 3, 1, 1, 0), NOTHING).from("x"));
    NetworkDefinition named =
        network().convolution("conv", 4, 3, 1, 1).from("a", "b").scores("fc", 2).build();
    assertEquals(
        Map.of(
            "conv",
            List.of(NetworkDefinition.Origin.plain("a"), NetworkDefinition.Origin.plain("b"))),
        named.origins());
  }

  @Test
  void anAffineMapNeedsMaps() {
    refused("Layer norm needs maps", n -> n.linear("fc", 4).affine("norm"));
  }

  @Test
  void aTapIsAtALayerOfTheNetworkItself() {
    refused("there is no layer yet", n -> n.tap(Tap.POOL5));
    refused("has been used before", n -> n.relu("a").tap(Tap.FC6).relu("b").tap(Tap.FC6));
    refused("has been used before", n -> n.relu("a").tap(Tap.FC6).tap(Tap.FC7));
    refused("inside a branch", n -> n.add("both", one -> one.relu("a").tap(Tap.FC6), NOTHING));
    refused("inside a branch", n -> n.add("both", DefinitionBuilder::build, NOTHING));
    refused(
        "a layer on the way to pool5 alone learns",
        n -> n.tapAside(Tap.POOL5, aside -> aside.linear("fc", 4)));
    IllegalArgumentException unknown =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new NetworkDefinition(
                    "toy",
                    8,
                    0,
                    Preprocessing.caffe(),
                    List.of(new Layer.Relu("relu")),
                    Map.of(Tap.FC6, "fc6"),
                    Map.of(Tap.FC6, 4)));
    assertTrue(unknown.getMessage().contains("takes fc6 from layer 'fc6'"), unknown.getMessage());
  }

  @Test
  void aWindowFitsIntoItsInput() {
    refused(
        "conv1: its kernel of 9 pixels is larger than its input of 8 with a padding of 0",
        n -> n.convolution("conv1", 4, 9, 1, 0));
    refused("kernel of 9 pixels", n -> n.maxPool("pool", 9, 2, 0));
    refused("kernel of 9 pixels", n -> n.ceilMaxPool("pool", 9, 2));
    refused("kernel of 11 pixels", n -> n.averagePool("pool", 11, 1, 1));
    refused("padding of 2 pixels is more than half", n -> n.maxPool("pool", 3, 2, 2));
    refused("a step of 0", n -> n.convolution("conv1", 4, 3, 0, 0));
    refused("up to the window's 2 pixels, not 3", n -> n.ceilMaxPool("pool", 2, 3));
    assertEquals(9 * 9 * 4, values(n -> n.convolution("conv1", 4, 9, 1, 5).maxPool("p", 2, 1, 0)));
  }

  private static int values(Consumer<DefinitionBuilder> description) {
    DefinitionBuilder network = network();
    description.accept(network);
    return network.tap(Tap.POOL5).scores("fc", 2).build().tapDimensions().get(Tap.POOL5);
  }

  @Test
  void shapesFitTogether() {
    refused("needs maps", n -> n.linear("fc6", 4).convolution("conv", 4, 1, 1, 0));
    refused("needs maps", n -> n.globalAverage("all").localResponseNorm("norm"));
    refused(
        "give 4 x 8 x 8 and 3 x 8 x 8 values",
        n -> n.add("both", one -> one.bare("conv", 4, 1, 1, 0), NOTHING));
    refused("into 2 groups", n -> n.grouped("conv", 4, 3, 1, 1, 2));
    refused("cannot have 0 outputs", n -> n.scores("fc", 0));
    refused("not at 1.0", n -> n.dropout("drop", 1));
    IllegalArgumentException small =
        assertThrows(
            IllegalArgumentException.class,
            () -> NetworkDefinition.builder("toy", 8, 4, Preprocessing.caffe()));
    assertTrue(small.getMessage().contains("8 pixels with 4 of context"), small.getMessage());
  }
}
