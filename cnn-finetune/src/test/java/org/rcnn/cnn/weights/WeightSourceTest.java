package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rcnn.cnn.weights.Refusals.assertDamageIsSurvived;
import static org.rcnn.cnn.weights.Refusals.assertEveryTruncationIsRefused;
import static org.rcnn.cnn.weights.Refusals.assertRefused;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.cnn.weights.WeightSource.Format;

class WeightSourceTest {

  @TempDir Path folder;

  private Path safetensors(Map<String, String> notes) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("fc.weight", new Tensor(new int[] {2, 2}, new float[] {1, 2, 3, 4}));
    tensors.put("fc.bias", new Tensor(new int[] {2}, new float[] {5, 6}));
    Path file = folder.resolve("net.safetensors");
    new WeightFile(new Weights(tensors), notes).write(file, Precision.F16);
    return file;
  }

  @Test
  void theProjectsOwnFilesAreReadWithTheirNotes() throws IOException {
    Path file = safetensors(Preprocessing.caffe().notes());
    WeightSource source = WeightSource.open(file);
    assertEquals(Format.SAFETENSORS, source.format());
    assertEquals(Preprocessing.caffe(), source.preprocessing(Preprocessing.torchvision()));
    assertEquals(WeightFile.read(file).weights(), source.read());
    assertEquals(List.of(), source.layers());
    assertEquals(
        List.of("fc.weight F16", "fc.bias F16"),
        source.entries().stream().map(entry -> entry.name() + " " + entry.type()).toList());
  }

  @Test
  void notesThatMakeNoSenseAreRefused() throws IOException {
    Path file = safetensors(Map.of("mean", "light grey"));
    IOException e =
        assertThrows(
            IOException.class,
            () -> WeightSource.open(file).preprocessing(Preprocessing.torchvision()));
    assertEquals(
        file
            + ": in its notes, mean is one number or three with commas between them, not"
            + " 'light grey'.",
        e.getMessage());
  }

  @Test
  void tensorsOfOtherTypesInOtherPeoplesFilesAreLeftOut() throws IOException {
    String header =
        "{\"steps\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"w\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[8,10]}}";
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(18 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text).putLong(90).putShort((short) 0xc000);
    Path file = Files.write(folder.resolve("other.safetensors"), bytes.array());
    assertEquals(2, WeightSource.open(file).entries().size());
    assertEquals(
        Map.of("w", new Tensor(new int[] {1}, new float[] {-2})),
        WeightSource.open(file).read().tensors());
  }

  @Test
  void memoryGrowsWithTheFileAndNotWithItsTensors() throws IOException {
    int count = 20_000;
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      header.append(
          "%s\"t%d\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"
              .formatted(i == 0 ? "" : ",", i));
    }
    byte[] text = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    Path many = folder.resolve("many.safetensors");
    Files.write(many, file.putLong(text.length).put(text).array());
    WeightSource.open(many).read();
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    assertEquals(count, WeightSource.open(many).read().tensors().size());
    long taken = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    // A buffer of 64 KiB for each tensor would be nearly a thousand times the file.
    assertTrue(taken < 100L * text.length, taken + " bytes for " + text.length);
  }

  @Test
  void cutAndDamagedSafetensorsAreRefused() throws IOException {
    Path file = safetensors(Map.of());
    assertEveryTruncationIsRefused(file, folder.resolve("cut.safetensors"));
    assertDamageIsSurvived(file, folder.resolve("damaged.safetensors"), 6);
  }

  @Test
  void otherFilesAreRefusedByWhatTheyAre() throws IOException {
    Path zip = folder.resolve("photos.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("photo.jpg"));
      out.closeEntry();
    }
    assertRefused(zip, "neither torch tensors (data.pkl) nor NumPy arrays (.npy)");
    Path keras = folder.resolve("keras.h5");
    Files.write(keras, "\u0089HDF\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(keras, "is an HDF5 file");
    assertRefused(folder, "is a folder, not a weight file");
  }
}
