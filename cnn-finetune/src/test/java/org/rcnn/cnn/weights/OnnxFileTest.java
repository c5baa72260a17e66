package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rcnn.cnn.weights.Refusals.assertDamageIsSurvived;
import static org.rcnn.cnn.weights.Refusals.assertEveryTruncationIsRefused;
import static org.rcnn.cnn.weights.Refusals.assertRefused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.weights.CaffeModel.Message;
import org.rcnn.cnn.weights.Transfer.LayerTransfer;
import org.rcnn.cnn.weights.Transfer.Outcome;
import org.rcnn.cnn.weights.WeightSource.Format;

class OnnxFileTest {

  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int FLOAT16 = 10;
  private static final int DOUBLE = 11;
  private static final int BFLOAT16 = 16;

  @TempDir Path folder;

  private static Message tensor(String name, int type, int... shape) {
    Message tensor = new Message();
    for (int length : shape) {
      tensor.whole(1, length);
    }
    return tensor.whole(2, type).text(8, name);
  }

  private static Message floats(String name, float[] values, int... shape) {
    return tensor(name, FLOAT, shape).bytes(9, CaffeModel.floats(values));
  }

  private Path file(Message... tensors) throws IOException {
    Message graph = new Message().text(2, "net");
    for (Message tensor : tensors) {
      graph.message(5, tensor);
    }
    Message model =
        new Message()
            .whole(1, 7)
            .message(7, graph)
            .message(14, new Message().text(1, "trained-on").text(2, "photos"));
    return Files.write(folder.resolve("net.onnx"), model.toBytes());
  }

  private static Map<String, Tensor> read(Path file) throws IOException {
    return WeightSource.open(file).read().tensors();
  }

  @Test
  void initialisersAreReadUnderTheirNames() throws IOException {
    Path file =
        file(
            floats("fc.weight", new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
            floats("fc.bias", new float[] {7, 8}, 2));
    WeightSource source = WeightSource.open(file);
    assertEquals(Format.ONNX, source.format());
    assertEquals(Map.of("trained-on", "photos"), source.notes());
    assertEquals("F32", source.entries().get(0).type());
    assertArrayEquals(new int[] {2, 3}, source.entries().get(0).shape());
    assertEquals(
        Map.of(
            "fc.weight", new Tensor(new int[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6}),
            "fc.bias", new Tensor(new int[] {2}, new float[] {7, 8})),
        read(file));
  }

  @Test
  void numbersMayStandInFieldsOfTheirTypeAndShapesBePacked() throws IOException {
    byte[] half = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.5).array();
    Message packed =
        new Message()
            .bytes(1, new byte[] {1, 2})
            .whole(2, FLOAT)
            .bytes(4, CaffeModel.floats(new float[] {3, 4}))
            .text(8, "packed");
    Map<String, Tensor> read = read(file(packed, tensor("double", DOUBLE).bytes(10, half)));
    assertEquals(new Tensor(new int[] {1, 2}, new float[] {3, 4}), read.get("packed"));
    assertEquals(new Tensor(new int[0], new float[] {0.5f}), read.get("double"));
  }

  @Test
  void halfPrecisionIsRead() throws IOException {
    Map<String, Tensor> read =
        read(
            file(
                tensor("f16", FLOAT16, 1).bytes(9, new byte[] {0, 0x3c}),
                tensor("bf16", BFLOAT16, 1).bytes(9, new byte[] {(byte) 0x80, 0x3f})));
    assertArrayEquals(new float[] {1}, read.get("f16").values());
    assertArrayEquals(new float[] {1}, read.get("bf16").values());
  }

  @Test
  void shapesOfOperatorsAreListedAndLeftOut() throws IOException {
    Path file = file(tensor("shape", INT64, 2).bytes(9, new byte[16]));
    assertEquals("I64", WeightSource.open(file).entries().get(0).type());
    assertEquals(Map.of(), read(file));
  }

  @Test
  void aNetworkTakesItsLayersByName() throws IOException {
    Path file =
        file(
            floats("fc8.weight", new float[48], 3, 16),
            floats("fc8.bias", new float[3], 3),
            floats("other", new float[1], 1));
    Transfer transfer = Transfer.into(ToyNetworks.tiny(3), WeightSource.open(file), 1);
    assertEquals(
        List.of(Outcome.NEW, Outcome.NEW, Outcome.COPIED),
        transfer.rows().stream().map(LayerTransfer::outcome).toList());
  }

  @Test
  void aNetworkOfGluonsTakesItsLayersThoughTheirNamesBeginWithTheNetworks() throws IOException {
    float[] ones = {1, 1, 1};
    Path file =
        file(
            floats("resnetv24_batchnorm0_gamma", ones, 3),
            floats("resnetv24_batchnorm0_beta", ones, 3),
            floats("resnetv24_batchnorm0_running_mean", ones, 3),
            floats("resnetv24_batchnorm0_running_var", ones, 3),
            floats("resnetv24_dense0_bias", ones, 3));
    Transfer transfer =
        Transfer.into(Architectures.byName("resnet50v2_c4", 3), WeightSource.open(file), 1);
    assertEquals("batchnorm0", transfer.rows().get(0).layer());
    assertEquals(Outcome.COPIED, transfer.rows().get(0).outcome());
    assertEquals(List.of("dense0"), transfer.unused());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 1 << 20, Integer.MAX_VALUE})
  void shapesThatTheNumbersDoNotFillAreRefused(int length) throws IOException {
    assertRefused(file(floats("t", new float[2], length)), "which its shape does not explain");
  }

  @Test
  void shapesOfImpossibleSizeAreRefused() throws IOException {
    assertRefused(file(tensor("t", INT64, 1 << 16, 1 << 16)), "shape of impossible size");
    assertRefused(file(tensor("t", FLOAT, new int[33])), "shape of impossible size");
    Message negative = new Message().whole(1, -1).whole(2, FLOAT).text(8, "t");
    assertRefused(file(negative), "shape of impossible size");
  }

  @Test
  void numbersThatAreNotHereAreRefused() throws IOException {
    assertRefused(file(tensor("t", FLOAT, 1).whole(14, 1)), "are in another file");
    assertRefused(file(tensor("t", FLOAT16, 1).whole(5, 15360)), "save them as raw data");
    assertRefused(file(tensor("t", FLOAT, 1).real(4, 2)), "not in one piece");
    Message twice = floats("t", new float[1], 1).bytes(9, new byte[4]);
    assertRefused(file(twice), "not in one piece");
  }

  @Test
  void whatIsNoModelIsRefused() throws IOException {
    Path file = folder.resolve("no.onnx");
    assertRefused(Files.write(file, new byte[0]), "it has no initialisers");
    assertRefused(Files.writeString(file, "no model at all"), "is not an ONNX model");
    Message one = floats("t", new float[1], 1);
    assertRefused(file(one, one), "two initialisers have the same name");
  }

  @Test
  void moreTensorsThanAnyModelHasAreRefused() throws IOException {
    Message[] many = new Message[100_001];
    for (int i = 0; i < many.length; i++) {
      many[i] = tensor(Integer.toString(i), FLOAT, 0);
    }
    assertRefused(file(many), "more initialisers than any model");
  }

  @Test
  void everyTruncationIsRefusedAndDamageEndsInASentence() throws IOException {
    Message graph = new Message().message(5, floats("t", new float[] {1, 2, 3, 4}, 2, 2));
    Path file = Files.write(folder.resolve("t.onnx"), new Message().message(7, graph).toBytes());
    assertEveryTruncationIsRefused(file, folder.resolve("cut.onnx"));
    assertDamageIsSurvived(
        file(floats("a", new float[] {1, 2}, 2), tensor("b", FLOAT16, 1).bytes(9, new byte[2])),
        folder.resolve("damaged.onnx"),
        3);
  }
}
