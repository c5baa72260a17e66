package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rcnn.cnn.weights.Refusals.assertDamageIsSurvived;
import static org.rcnn.cnn.weights.Refusals.assertEveryTruncationIsRefused;
import static org.rcnn.cnn.weights.Refusals.assertRefused;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.weights.Transfer.LayerTransfer;
import org.rcnn.cnn.weights.Transfer.Outcome;
import org.rcnn.cnn.weights.WeightSource.Format;

class TorchFileTest {

  @TempDir Path folder;

  private static byte[] floats(float... values) {
    return CaffeModel.floats(values);
  }

  private static byte[] shorts(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putShort((short) value);
    }
    return bytes.array();
  }

  /** A zip as torch writes it: nothing compressed, one folder. */
  private Path zip(byte[] description, Map<String, byte[]> storages) throws IOException {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("net/data.pkl", description);
    storages.forEach((key, bytes) -> parts.put("net/data/" + key, bytes));
    return zip(parts, ZipEntry.STORED);
  }

  private Path zip(Map<String, byte[]> parts, int method) throws IOException {
    Path file = folder.resolve("net.pth");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> part : parts.entrySet()) {
        ZipEntry entry = new ZipEntry(part.getKey());
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
          CRC32 crc = new CRC32();
          crc.update(part.getValue());
          entry.setSize(part.getValue().length);
          entry.setCrc(crc.getValue());
        }
        out.putNextEntry(entry);
        out.write(part.getValue());
        out.closeEntry();
      }
    }
    return file;
  }

  /** A file of the time before zips. */
  private Path pickles(byte[] description, String key, byte[] values, int count)
      throws IOException {
    byte[] magic = {
      0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19
    };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Pickle first = new Pickle().op(0x8a).op(magic.length);
    for (byte b : magic) {
      first.op(b);
    }
    out.writeBytes(first.end());
    out.writeBytes(new Pickle().op('M').op(0xe9).op(3).end());
    out.writeBytes(new Pickle().op('}').end());
    out.writeBytes(description);
    out.writeBytes(new Pickle().op(']').text(key).op('a').end());
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(count).array());
    out.writeBytes(values);
    return Files.write(folder.resolve("old.pth"), out.toByteArray());
  }

  private static Pickle stateDict() {
    return new Pickle().global("collections", "OrderedDict").op(')').op('R').op('(');
  }

  private Path small() throws IOException {
    byte[] description =
        stateDict()
            .text("fc.weight")
            .floats("0", 2, 3)
            .text("fc.bias")
            .floats("1", 2)
            .op('u')
            .end();
    return zip(description, Map.of("0", floats(1, 2, 3, 4, 5, 6), "1", floats(7, 8)));
  }

  private Path smallOld() throws IOException {
    return pickles(stateDict().text("fc.bias").floats("a", 2).op('u').end(), "a", floats(7, 8), 2);
  }

  private static Map<String, Tensor> read(Path file) throws IOException {
    return WeightSource.open(file).read().tensors();
  }

  @Test
  void aStateDictIsRead() throws IOException {
    Path file = small();
    assertEquals(Format.TORCH, WeightSource.open(file).format());
    assertEquals(
        Map.of(
            "fc.weight", new Tensor(new int[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6}),
            "fc.bias", new Tensor(new int[] {2}, new float[] {7, 8})),
        read(file));
    assertEquals(List.of("fc.weight", "fc.bias"), List.copyOf(read(file).keySet()));
  }

  @Test
  void aFileOfTheTimeBeforeZipsIsRead() throws IOException {
    assertEquals(
        Map.of("fc.bias", new Tensor(new int[] {2}, new float[] {7, 8})), read(smallOld()));
  }

  @Test
  void tensorsMayBeViewsInAnyOrderOfOneStorage() throws IOException {
    // Six numbers: all of them transposed, and the last row of two.
    byte[] description =
        stateDict()
            .text("turned")
            .tensor("Float", "0", 6, 0, new int[] {2, 3}, new int[] {1, 2})
            .text("row")
            .tensor("Float", "0", 6, 4, new int[] {2}, new int[] {1})
            .op('u')
            .end();
    Map<String, Tensor> read = read(zip(description, Map.of("0", floats(1, 2, 3, 4, 5, 6))));
    assertArrayEquals(new float[] {1, 3, 5, 2, 4, 6}, read.get("turned").values());
    assertArrayEquals(new float[] {5, 6}, read.get("row").values());
  }

  @Test
  void halfPrecisionsAreReadAndCountersAreListedOnly() throws IOException {
    byte[] description =
        stateDict()
            .text("half")
            .tensor("Half", "0", 2, 0, new int[] {2}, new int[] {1})
            .text("brain")
            .tensor("BFloat16", "1", 2, 0, new int[] {2}, new int[] {1})
            .text("num_batches_tracked")
            .tensor("Long", "2", 1, 0, new int[] {}, new int[] {})
            .op('u')
            .end();
    Path file =
        zip(
            description,
            Map.of("0", shorts(0x3c00, 0xc000), "1", shorts(0x3f80, 0xc000), "2", new byte[8]));
    Map<String, Tensor> read = read(file);
    assertArrayEquals(new float[] {1, -2}, read.get("half").values());
    assertArrayEquals(new float[] {1, -2}, read.get("brain").values());
    assertEquals(2, read.size());
    assertEquals(
        List.of("F16", "BF16", "I64"),
        WeightSource.open(file).entries().stream().map(WeightSource.Entry::type).toList());
  }

  @Test
  void aCheckpointIsLookedThroughOneLevelDeep() throws IOException {
    byte[] description =
        new Pickle()
            .op('}')
            .op('(')
            .text("epoch")
            .number(90)
            .text("optimizer")
            .op('}')
            .text("average")
            .floats("0", 1)
            .op('s')
            .text("state_dict")
            .op('}')
            .text("module.fc.bias")
            .floats("1", 2)
            .op('s')
            .op('u')
            .end();
    Path file = zip(description, Map.of("0", floats(1), "1", floats(7, 8)));
    assertEquals(List.of("fc.bias"), List.copyOf(read(file).keySet()));
  }

  @Test
  void looseTensorsBesideTheStateDictAreNotTakenForIt() throws IOException {
    byte[] description =
        new Pickle()
            .op('}')
            .op('(')
            .text("best_acc1")
            .tensor("Float", "0", 1, 0, new int[] {}, new int[] {})
            .text("state_dict")
            .op('}')
            .op('(')
            .text("fc.weight")
            .floats("1", 2)
            .text("fc.bias")
            .floats("2", 2)
            .op('u')
            .op('u')
            .end();
    Path file = zip(description, Map.of("0", floats(76), "1", floats(1, 2), "2", floats(3, 4)));
    assertEquals(List.of("fc.weight", "fc.bias"), List.copyOf(read(file).keySet()));
  }

  @ParameterizedTest
  @CsvSource({
    "module.features.0.weight,module.fc.bias",
    "_orig_mod.features.0.weight,_orig_mod.fc.bias",
    "_orig_mod.module.features.0.weight,_orig_mod.module.fc.bias",
    "model.module.features.0.weight,model.module.fc.bias",
    "features.module.0.weight,fc.bias",
    "model.features._orig_mod.0.weight,model.fc.bias",
    "features.0.weight,fc.bias"
  })
  void prefixesOfWrappersAreRemoved(String first, String second) throws IOException {
    Path file =
        zip(
            stateDict().text(first).floats("0", 1).text(second).floats("1", 1).op('u').end(),
            Map.of("0", floats(1), "1", floats(2)));
    assertEquals(List.of("features.0.weight", "fc.bias"), List.copyOf(read(file).keySet()));
  }

  @Test
  void partThatIsDataParallelAloneLosesItsPrefixBeforeNamesOfLayers() throws IOException {
    Path file =
        zip(
            stateDict()
                .text("features.module.conv1.weight")
                .floats("0", 1)
                .text("fc6.bias")
                .floats("1", 1)
                .op('u')
                .end(),
            Map.of("0", floats(1), "1", floats(2)));
    assertEquals(List.of("conv1.weight", "fc6.bias"), List.copyOf(read(file).keySet()));
  }

  @Test
  void prefixOfSomeNamesAloneIsTheNetworksOwn() throws IOException {
    Path file =
        zip(
            stateDict()
                .text("module.weight")
                .floats("0", 1)
                .text("features.0.weight")
                .floats("1", 1)
                .text("features.module.weight")
                .floats("2", 1)
                .op('u')
                .end(),
            Map.of("0", floats(1), "1", floats(2), "2", floats(3)));
    assertEquals(
        List.of("module.weight", "features.0.weight", "features.module.weight"),
        List.copyOf(read(file).keySet()));
  }

  @Test
  void numbersThatAreNoneAreRefusedWithTheTensorsName() throws IOException {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      Path file =
          zip(
              stateDict().text("fc.weight").floats("0", 3).op('u').end(),
              Map.of("0", floats(1, bad, 3)));
      String message =
          assertThrows(IOException.class, () -> WeightSource.open(file).read()).getMessage();
      assertTrue(message.contains("the tensor fc.weight has the value " + bad), message);
      assertTrue(message.contains("(number 2 of 3)"), message);
    }
  }

  @Test
  void whatIsNoStateDictIsRefused() throws IOException {
    assertRefused(zip(new Pickle().number(5).end(), Map.of()), "holds no state dict");
    assertRefused(zip(new Pickle().op('}').end(), Map.of()), "holds no tensors");
    Pickle two = new Pickle().op('}').op('(');
    for (String name : List.of("generator", "discriminator")) {
      two.text(name).op('}').text("w").floats("0", 1).op('s');
    }
    assertRefused(
        zip(two.op('u').end(), Map.of("0", floats(1))), "several dictionaries of tensors");
    Path other = folder.resolve("plain.pth");
    Files.write(other, new Pickle().op('}').end());
    assertRefused(other, "a pickle, but not one of torch's");
    Files.writeString(other, "these are no weights");
    assertRefused(other, "neither a zip nor a pickle");
  }

  @Test
  void everyTruncationIsRefusedEverywhere() throws IOException {
    assertEveryTruncationIsRefused(small(), folder.resolve("cut.pth"));
    assertEveryTruncationIsRefused(smallOld(), folder.resolve("cut.pth"));
  }

  @Test
  void damageEndsInASentence() throws IOException {
    assertDamageIsSurvived(small(), folder.resolve("damaged.pth"), 1);
    assertDamageIsSurvived(smallOld(), folder.resolve("damaged.pth"), 2);
  }

  @Test
  void otherClassesAreRefusedByName() throws IOException {
    byte[] call = new Pickle().global("posix", "system").text("rm -rf /").op(0x85).op('R').end();
    assertRefused(zip(call, Map.of()), "asks for posix.system, which no tensor needs");
    assertRefused(pickles(call, "a", new byte[0], 0), "asks for posix.system");
    // By name on the stack, as later versions do it.
    byte[] stacked =
        new Pickle().text("builtins").text("eval").op(0x93).text("1").op(0x85).op('R').end();
    assertRefused(zip(stacked, Map.of()), "asks for builtins.eval");
    byte[] model =
        new Pickle().global("torchvision.models.resnet", "ResNet").op(')').op(0x81).end();
    assertRefused(zip(model, Map.of()), "asks for torchvision.models.resnet.ResNet");
  }

  @Test
  void tensorsBeyondTheirStorageAreRefused() throws IOException {
    int[][][] views = {
      // shape, strides, {offset}
      {{2}, {1}, {5}},
      {{7}, {1}, {0}},
      {{2, 3}, {4, 1}, {0}},
      {{2}, {1}, {-1}},
      {{-1}, {1}, {0}},
      {{2}, {-1}, {3}},
      // One number shown a thousand million times.
      {{1_000_000_000}, {0}, {0}},
      {{65536, 65536, 65536}, {0, 0, 0}, {0}},
      {{2147483647, 2147483647}, {2147483647, 2147483647}, {2147483647}}
    };
    for (int[][] view : views) {
      byte[] description =
          stateDict().text("t").tensor("Float", "0", 6, view[2][0], view[0], view[1]).op('u').end();
      assertRefused(zip(description, Map.of("0", new byte[24])), "lies outside its storage 0");
    }
  }

  @Test
  void storagesThatTheFileDoesNotHoldAreRefused() throws IOException {
    byte[] large = stateDict().text("t").floats("0", 500_000_000).op('u').end();
    assertRefused(zip(large, Map.of("0", new byte[24])), "is shorter than its tensors");
    assertRefused(zip(large, Map.of("1", new byte[24])), "lacks its part net/data/0");
    assertRefused(pickles(large, "0", new byte[24], 6), "ends before its last tensor");
    byte[] negative =
        stateDict()
            .text("t")
            .tensor("Float", "0", -1, 0, new int[] {0}, new int[] {1})
            .op('u')
            .end();
    assertRefused(zip(negative, Map.of("0", new byte[0])), "impossible size");
    byte[] outside = stateDict().text("t").floats("../../../etc/passwd", 1).op('u').end();
    assertRefused(zip(outside, Map.of()), "lacks its part");
    byte[] other = stateDict().text("t").floats("a", 2).op('u').end();
    assertRefused(pickles(other, "a", floats(1, 2, 3), 3), "another size than announced");
  }

  @Test
  void manyTensorsOfTheSameNumbersAreRefused() throws IOException {
    Pickle description = stateDict();
    for (int i = 0; i < 1000; i++) {
      description.text("t" + i).floats("0", 100);
    }
    assertRefused(
        zip(description.op('u').end(), Map.of("0", new byte[400])), "in too many tensors");
  }

  @Test
  void aZipBombIsRefused() throws IOException {
    int count = 5_000_000;
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("net/data.pkl", stateDict().text("t").floats("0", count).op('u').end());
    parts.put("net/data/0", new byte[4 * count]);
    assertRefused(zip(parts, ZipEntry.DEFLATED), "which no weights do");
  }

  @Test
  void valuesThatContainThemselvesDoNoHarm() throws IOException {
    // d = {}; d["self"] = d; d["t"] = tensor
    byte[] cycle =
        new Pickle()
            .op('}')
            .op('q')
            .op(0)
            .op('(')
            .text("self")
            .op('h')
            .op(0)
            .text("t")
            .floats("0", 1)
            .op('u')
            .end();
    assertEquals(List.of("t"), List.copyOf(read(zip(cycle, Map.of("0", floats(3)))).keySet()));
    // A dictionary as a key of itself could never be hashed.
    byte[] key = new Pickle().op('}').op('q').op(0).op('h').op(0).number(1).op('s').end();
    assertRefused(zip(key, Map.of()), "a key that is no name or number");
  }

  @Test
  void aDictionaryUnderManyNamesIsLookedThroughOnce() throws IOException {
    int names = 200_000;
    Pickle inner = new Pickle().op('}').op('q').op(0).op('(');
    for (int i = 0; i < names; i++) {
      inner.number(i).op('K').op(1);
    }
    // The top: names by number would not be looked at.
    Pickle top = inner.op('u').op('0').op('}').op('(');
    for (int i = 0; i < names; i++) {
      top.text("d" + i).op('h').op(0);
    }
    Path file = zip(top.op('u').end(), Map.of());
    // Once for each name would be forty thousand million entries: hours, where this takes seconds.
    assertTimeoutPreemptively(
        Duration.ofMinutes(5), () -> assertRefused(file, "holds no tensors in a dictionary"));
  }

  @Test
  void manyDictionariesOfTensorsAreCountedNotListed() throws IOException {
    Pickle top = new Pickle().op('}').op('(');
    for (int i = 0; i < 7; i++) {
      top.text("part" + i).op('}').text("t").floats("0", 1).op('s');
    }
    assertRefused(
        zip(top.op('u').end(), Map.of("0", floats(3))),
        "(part0, part1, part2, part3, part4 and 2 more)");
  }

  @Test
  void aNameOfThousandsOfPrefixesLosesTheFirst() throws IOException {
    String name = "module.".repeat(20_000) + "fc.weight";
    Path file = zip(stateDict().text(name).floats("0", 1).op('u').end(), Map.of("0", floats(3)));
    assertEquals(
        name.length() - 16 * "module.".length(), read(file).keySet().iterator().next().length());
  }

  @Test
  void nonsenseOnTheStackIsRefused() throws IOException {
    byte[][] pickles = {
      new Pickle().end(),
      new Pickle().op('R').end(),
      new Pickle().op('h').op(7).end(),
      new Pickle().op('t').end(),
      new Pickle().op('}').op('(').number(1).op('u').end(),
      new Pickle().number(1).number(2).op('a').end(),
      new Pickle().global("collections", "OrderedDict").number(1).op('R').end(),
      new Pickle().text("x").op('Q').end(),
      new Pickle().tuple(1, 2, 3, 4, 5).op('Q').end(),
      new Pickle().global("torch._utils", "_rebuild_tensor_v2").tuple(1, 2, 3, 4).op('R').end(),
    };
    for (byte[] pickle : pickles) {
      assertRefused(zip(pickle, Map.of()), "its pickle makes no sense");
    }
    assertRefused(zip(new Pickle().op('X').int32(2_000_000_000).end(), Map.of()), "impossible");
    assertRefused(zip(new Pickle().op('i').end(), Map.of()), "pickle instruction 0x69");
    assertRefused(zip(new byte[] {(byte) 0x80, 9}, Map.of()), "pickle of version 9");
    Pickle endless = new Pickle();
    for (int i = 0; i < 2_000_001; i++) {
      endless.op('N');
    }
    assertRefused(zip(endless.end(), Map.of()), "more pickle instructions");
  }

  @Test
  void otherByteOrdersAreRefused() throws IOException {
    byte[] description = stateDict().text("t").floats("0", 1).op('u').end();
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("net/data.pkl", description);
    parts.put("net/byteorder", "big".getBytes());
    parts.put("net/data/0", floats(1));
    assertRefused(zip(parts, ZipEntry.STORED), "big-endian");
  }

  @Test
  void wrongShapesAreRefusedLayerByLayer() throws IOException {
    byte[] description =
        stateDict()
            .text("conv1.weight")
            .floats("0", 4, 3, 3, 3)
            .text("conv1.bias")
            .floats("1", 4)
            .text("fc6.weight")
            .floats("2", 16, 32)
            .text("fc6.bias")
            .floats("3", 16)
            .op('u')
            .end();
    Path file =
        zip(
            description,
            Map.of("0", new byte[432], "1", new byte[16], "2", new byte[2048], "3", new byte[64]));
    Transfer transfer = Transfer.into(ToyNetworks.tiny(3), WeightSource.open(file), 1);
    assertEquals(
        List.of(
            new LayerTransfer("conv1", Outcome.COPIED, "[4, 3, 3, 3]"),
            new LayerTransfer(
                "fc6", Outcome.REFUSED, "fc6.weight is [16, 32] in the source and [16, 64] here"),
            new LayerTransfer("fc8", Outcome.NEW, "the source has no layer of this name")),
        transfer.rows());
  }

  @Test
  void aStorageThatIsThereTwiceIsRefused() throws IOException {
    Path file = smallOld();
    byte[] bytes = Files.readAllBytes(file);
    byte[] once = new Pickle().op(']').text("a").op('a').end();
    byte[] twice = new Pickle().op(']').text("a").op('a').text("a").op('a').end();
    int tail = 8 + 2 * Float.BYTES;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, bytes.length - tail - once.length);
    out.writeBytes(twice);
    for (int i = 0; i < 2; i++) {
      out.write(bytes, bytes.length - tail, tail);
    }
    assertRefused(Files.write(file, out.toByteArray()), "a storage is unknown, there twice");
  }

  @Test
  void aZipWithoutChecksumsIsRead() throws IOException {
    // As after torch.serialization.set_crc32_options(False): a checksum of 0 in both headers.
    Path file = small();
    Map<String, Tensor> read = read(file);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i + 4 <= bytes.limit(); i++) {
      if (bytes.getInt(i) == 0x04034b50) {
        bytes.putInt(i + 14, 0);
      } else if (bytes.getInt(i) == 0x02014b50) {
        bytes.putInt(i + 16, 0);
      }
    }
    assertEquals(read, read(Files.write(file, bytes.array())));
  }

  @Test
  void aBitThatChangedInAZipIsNoticed() throws IOException {
    Path file = small();
    byte[] bytes = Files.readAllBytes(file);
    byte[] six = floats(6);
    int place = -1;
    for (int i = 0; i + six.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + six.length, six, 0, six.length)) {
        place = i;
      }
    }
    bytes[place] ^= 1;
    assertRefused(
        Files.write(file, bytes), "its part net/data/0 does not match its checksum in the zip");
  }
}
