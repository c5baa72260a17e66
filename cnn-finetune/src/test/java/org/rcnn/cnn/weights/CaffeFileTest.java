package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rcnn.cnn.weights.Refusals.assertDamageIsSurvived;
import static org.rcnn.cnn.weights.Refusals.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.LocalResponseNorm;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Relu;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.CaffeModel.Message;
import org.rcnn.cnn.weights.Transfer.LayerTransfer;
import org.rcnn.cnn.weights.Transfer.Outcome;
import org.rcnn.cnn.weights.WeightSource.Format;
import org.rcnn.data.Pipes;

class CaffeFileTest {

  /** A pooling before a normalisation, two groups, a fully connected layer. */
  private static final NetworkDefinition NETWORK =
      ToyNetworks.of(
          8,
          2,
          new Convolution("conv1", 3, 4, 3, 1, 1, 1),
          new Relu("conv1.relu"),
          new MaxPool("pool1", 2, 2, 0, true),
          new LocalResponseNorm("norm1", 4, 5, 1e-4f, 0.75f, 1),
          new Convolution("conv2", 4, 6, 3, 2, 1, 2),
          new Linear("fc8", 24, 2));

  @TempDir Path folder;

  private static Weights weights() {
    return ToyNetworks.random(NETWORK, 1);
  }

  private Transfer transfer() throws IOException {
    return Transfer.into(NETWORK, WeightSource.open(folder.resolve("net.caffemodel")), 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void modelsOfBothGenerationsAreRead(boolean old) throws IOException {
    Path model = CaffeModel.write(folder, NETWORK, weights(), old);
    WeightSource source = WeightSource.open(model);
    assertEquals(Format.CAFFE, source.format());
    assertEquals("net.prototxt", source.notes().get("described-by"));
    Transfer transfer = transfer();
    assertEquals(weights(), transfer.weights());
    assertEquals(List.of(), transfer.newLayers());
    assertEquals(List.of(), transfer.differences());
    assertEquals(
        new LayerTransfer("conv2", Outcome.COPIED, "[6, 2, 3, 3]"), transfer.rows().get(1));
  }

  @Test
  void inputIsBlueGreenRedMinusTheMeanColour() throws IOException {
    Path model = CaffeModel.write(folder, NETWORK, weights(), false);
    assertEquals(
        Preprocessing.caffe(), WeightSource.open(model).preprocessing(Preprocessing.torchvision()));
    Files.writeString(
        folder.resolve("net.prototxt"),
        "layer { name: 'data' type: 'Data' transform_param {\n"
            + " mean_value: 103.94 mean_value: 116.78 mean_value: 123.68 scale: 0.017 } }\n"
            + Files.readString(folder.resolve("net.prototxt")));
    assertEquals(
        new Preprocessing(ColourOrder.BGR, new float[] {103.94f, 116.78f, 123.68f}, 0.017f, false),
        WeightSource.open(model).preprocessing(Preprocessing.torchvision()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "stride: 2;stride: 1;conv2;its stride is 1 in the source and 2 here",
        "group: 2;group: 1;conv2;its number of groups is 1 in the source and 2 here",
        "num_output: 6;num_output: 7;conv2;its number of outputs is 7 in the source and 6 here",
        "kernel_size: 3 stride: 2;kernel_h: 3 kernel_w: 1 stride: 2;conv2;its kernel is not one number in the source and 3 here",
        "stride: 2 pad: 1;stride: 2 pad: 1 dilation: 2;conv2;its dilation is 2 in the source and 1 here",
        "\"InnerProduct\";\"Convolution\";fc8;it is Convolution in the source and Linear here"
      })
  void layersOfOtherSettingsAreRefused(String from, String to, String layer, String reason)
      throws IOException {
    CaffeModel.write(folder, NETWORK, weights(), false);
    change(from, to);
    assertTrue(
        transfer().rows().contains(new LayerTransfer(layer, Outcome.REFUSED, reason)),
        transfer().report());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "pool: MAX;pool: AVE;pool1  it is AveragePool in the source and MaxPool here",
        "kernel_size: 2;kernel_size: 3;pool1  its kernel is 3 in the source and 2 here",
        "alpha: 1.0E-4;alpha: 5e-5;norm1  its alpha is 5.0E-5 in the source and 1.0E-4 here",
        "local_size: 5;norm_region: WITHIN_CHANNEL;norm1  it is LocalResponseNorm within channels in the source and LocalResponseNorm here",
        "input_dim: 8;input_dim: 9;input  it has 9 pixels a side in the source and 8 here"
      })
  void otherSettingsBetweenCopiedLayersAreReported(String from, String to, String difference)
      throws IOException {
    CaffeModel.write(folder, NETWORK, weights(), false);
    change(from, to);
    assertEquals(List.of(difference), transfer().differences());
    assertEquals(List.of(), transfer().newLayers());
    assertTrue(transfer().report().contains("differs " + difference), transfer().report());
  }

  @Test
  void anotherOrderIsReported() throws IOException {
    // As Krizhevsky's network has it: first the normalisation, then the pooling.
    CaffeModel.write(folder, NETWORK, weights(), false);
    Path prototxt = folder.resolve("net.prototxt");
    List<String> lines = Files.readAllLines(prototxt);
    // A line of the description for each layer, the normalisation's with a comment after it.
    int pool = lineWith(lines, "\"Pooling\"");
    int norm = lineWith(lines, "\"LRN\"");
    lines.add(pool, lines.remove(norm + 1));
    lines.add(pool, lines.remove(norm + 1));
    Files.write(prototxt, lines);
    assertEquals(
        List.of("norm1  it comes before pool1 in the source and after it here"),
        transfer().differences());
  }

  private static int lineWith(List<String> lines, String text) {
    return lines.indexOf(lines.stream().filter(line -> line.contains(text)).findFirst().get());
  }

  private void change(String from, String to) throws IOException {
    Path prototxt = folder.resolve("net.prototxt");
    String text = Files.readString(prototxt);
    assertTrue(text.contains(from), text);
    Files.writeString(prototxt, text.replace(from, to));
  }

  @Test
  void withoutADescriptionTheModelsOwnServes() throws IOException {
    Path model =
        Files.write(
            folder.resolve("alone.caffemodel"),
            new Message()
                .message(
                    100,
                    new Message()
                        .text(1, "conv1")
                        .text(2, "Convolution")
                        .message(106, new Message().whole(1, 4).whole(4, 3).whole(6, 2).whole(3, 1))
                        .message(7, CaffeModel.blob(weights().tensors().get("conv1.weight")))
                        .message(7, CaffeModel.blob(weights().tensors().get("conv1.bias"))))
                .toBytes());
    WeightSource source = WeightSource.open(model);
    assertEquals("the model itself", source.notes().get("described-by"));
    assertEquals(
        new LayerTransfer("conv1", Outcome.REFUSED, "its stride is 2 in the source and 1 here"),
        Transfer.into(NETWORK, source, 1).rows().get(0));
    // Named, any file of any name describes it.
    Path named = folder.resolve("elsewhere.txt");
    Files.writeString(named, CaffeModel.prototxt(NETWORK, false));
    assertEquals(
        Outcome.COPIED,
        Transfer.into(NETWORK, WeightSource.open(model, named), 1).rows().get(0).outcome());
  }

  @Test
  void aConvolutionWithoutBiasHasZeros() throws IOException {
    Files.write(
        folder.resolve("net.caffemodel"),
        new Message()
            .message(
                100,
                new Message()
                    .text(1, "conv1")
                    .text(2, "Convolution")
                    .message(106, new Message().whole(1, 4).whole(2, 0).whole(4, 3).whole(3, 1))
                    .message(7, CaffeModel.blob(weights().tensors().get("conv1.weight"))))
            .toBytes());
    Map<String, Tensor> read = WeightSource.open(folder.resolve("net.caffemodel")).read().tensors();
    assertArrayEquals(new float[4], read.get("conv1.bias").values());
    assertEquals(Outcome.COPIED, transfer().rows().get(0).outcome());
  }

  @Test
  void truncationsAreRefused() throws IOException {
    Path model = CaffeModel.write(folder, NETWORK, weights(), false);
    byte[] bytes = Files.readAllBytes(model);
    int survived = 0;
    for (int length = 0; length < bytes.length; length++) {
      Files.write(model, Arrays.copyOf(bytes, length));
      try {
        // Protocol buffers have no end mark: cut between two layers, a file is a smaller network.
        survived += transfer().newLayers().isEmpty() ? 1 : 0;
      } catch (IOException e) {
        assertTrue(e.getMessage().contains("net.caffemodel"), e.getMessage());
        assertTrue(e.getMessage().endsWith("."), e.getMessage());
      }
    }
    assertEquals(0, survived, "cut files that gave every layer");
  }

  @Test
  void damageEndsInASentence() throws IOException {
    Path model = CaffeModel.write(folder, NETWORK, weights(), true);
    assertDamageIsSurvived(model, folder.resolve("damaged.caffemodel"), 4);
  }

  private void assertModelRefused(Message model, String reason) throws IOException {
    Files.deleteIfExists(folder.resolve("net.prototxt"));
    assertRefused(Files.write(folder.resolve("net.caffemodel"), model.toBytes()), reason);
  }

  private static Message layer(Message blob) {
    return new Message().message(100, new Message().text(1, "conv1").message(7, blob));
  }

  @Test
  void hostileModelsAreRefused() throws IOException {
    assertModelRefused(new Message(), "without any parameters");
    assertModelRefused(new Message().text(1, "only a name"), "without any parameters");
    // A length of 2^62, and one beyond the file.
    assertModelRefused(new Message().varint(802).varint(1L << 62), "is not a Caffe model");
    assertModelRefused(new Message().varint(802).varint(1 << 30), "is not a Caffe model");
    byte[] eleven = new byte[11];
    Arrays.fill(eleven, (byte) 0x80);
    Files.write(folder.resolve("v.caffemodel"), eleven);
    assertRefused(folder.resolve("v.caffemodel"), "is not a Caffe model");
    // Shapes that the numbers do not fill, products beyond a long, negative lengths.
    long[][] shapes = {{5}, {2, 3}, {1L << 31}, {1L << 62, 4}, {-1, -4}, {-4}, {1 << 30, 1 << 30}};
    for (long[] lengths : shapes) {
      Message shape = new Message();
      for (long length : lengths) {
        shape.whole(1, length);
      }
      assertModelRefused(
          layer(new Message().bytes(5, new byte[16]).message(7, shape)), "does not explain");
    }
    assertModelRefused(layer(new Message().real(5, 1f)), "stored one by one");
    // Small fields without end.
    Message many = new Message();
    for (int i = 0; i < 1_000_001; i++) {
      many.whole(4, 1);
    }
    assertModelRefused(many, "more fields than any model");
  }

  @Test
  void piecesWithoutNumbersTakeNoMemoryAndTooManyWithThemAreRefused() throws IOException {
    Message blob = new Message().message(7, new Message().whole(1, 1));
    for (int i = 0; i < 100_000; i++) {
      blob.bytes(5, new byte[0]);
    }
    blob.bytes(5, new byte[] {0, 0, (byte) 0x80, 0x3f});
    Path file = folder.resolve("net.caffemodel");
    Files.deleteIfExists(folder.resolve("net.prototxt"));
    Files.write(file, layer(blob).toBytes());
    assertArrayEquals(
        new float[] {1}, WeightSource.open(file).read().tensors().get("conv1.weight").values());
    Message pieces = new Message().message(7, new Message().whole(1, 1001));
    for (int i = 0; i < 1001; i++) {
      pieces.bytes(5, new byte[4]);
    }
    assertModelRefused(layer(pieces), "in more pieces than Caffe writes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "layer {;line 1 cannot be read",
        "layer };line 1 cannot be read",
        "layer;line 1 cannot be read",
        "layer: {} = 5;line 1 cannot be read",
        "name: \"never closed;line 1 cannot be read",
        "name: [1, 2;line 1 cannot be read",
        "name: 'x';describes no layers",
        "%%%;line 1 cannot be read"
      })
  void brokenDescriptionsAreRefused(String text, String reason) throws IOException {
    Path model = CaffeModel.write(folder, NETWORK, weights(), false);
    assertDescriptionRefused(model, text, reason);
  }

  @Test
  void endlessDescriptionsAreRefused() throws IOException {
    Path model = CaffeModel.write(folder, NETWORK, weights(), false);
    assertDescriptionRefused(model, " \n#\n".repeat(200_000) + "x", "cannot be read");
    assertDescriptionRefused(model, "a {".repeat(1_000_000), "nested too deeply");
    assertDescriptionRefused(model, " ".repeat((4 << 20) + 1), "has 4,194,305 bytes, and at most");
    assertRefused(folder.resolve("net.prototxt"), "name the .caffemodel");
  }

  private void assertDescriptionRefused(Path model, String text, String reason) throws IOException {
    Path prototxt = Files.writeString(folder.resolve("net.prototxt"), text);
    IOException e = assertThrows(IOException.class, () -> WeightSource.open(model));
    assertTrue(e.getMessage().startsWith(prototxt.toString()), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void aLayerOfManyBlobsOrALongNameIsRefused() throws IOException {
    Message blob = CaffeModel.blob(weights().tensors().get("conv1.bias"));
    Message many = new Message().text(1, "conv1");
    for (int i = 0; i < 17; i++) {
      many.message(7, blob);
    }
    assertModelRefused(new Message().message(100, many), "has a layer with more than 16 blobs");
    assertModelRefused(
        new Message().message(100, new Message().text(1, "c".repeat(1001)).message(7, blob)),
        "a name of more than 1,000 letters");
  }

  @Test
  void aPipeBesideAModelIsNoDescription() throws Exception {
    Path model = CaffeModel.write(folder, NETWORK, weights(), false);
    Files.delete(folder.resolve("net.prototxt"));
    Path pipe = folder.resolve("other.prototxt");
    Pipes.make(pipe);
    assertTimeoutPreemptively(
        Duration.ofMinutes(1),
        () -> {
          assertEquals("the model itself", WeightSource.open(model).notes().get("described-by"));
          String refusal =
              assertThrows(IOException.class, () -> WeightSource.open(model, pipe)).getMessage();
          assertTrue(refusal.startsWith(pipe + " is a pipe or a device"), refusal);
        });
  }
}
