package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of model file, byte for byte: files of earlier versions must stay readable. */
class ModelFileTest {

  private static final LinearModel SVM =
      new LinearModel(
          List.of("cat", "tv"), 2, new float[] {1, -2, 0, 0.5f}, new float[] {-1, 3}, 0.25);
  private static final SoftmaxModel SOFTMAX =
      new SoftmaxModel(List.of("kö"), 2, new float[] {1, -2, 0, 0.5f}, new double[] {-1, 3});
  private static final BoxRegressor BBOX =
      new BoxRegressor(
          List.of("cat", "tv"),
          1,
          new float[][] {{1, -2, 0, 0.5f}, null},
          new double[][] {{0, 0.5, -1, 2}, new double[4]});

  private static final String SVM_BYTES =
      "52434e4e53564d0a"
          + "00000001"
          + "3fd0000000000000"
          + "0000000200000002"
          + "000363617400027476"
          + "bf80000040400000"
          + "3f800000c0000000000000003f000000"
          + "00000000b607dd08";
  private static final String SOFTMAX_BYTES =
      "52434e4e534d4158"
          + "00000001"
          + "0000000100000002"
          + "00036bc3b6"
          + "bff00000000000004008000000000000"
          + "3f800000c0000000000000003f000000"
          + "ed83b60a";
  private static final String BBOX_BYTES =
      "52434e4e42424f58"
          + "00000001"
          + "0000000200000001"
          + "000363617401"
          + "00000000000000003fe0000000000000bff00000000000004000000000000000"
          + "3f800000c0000000000000003f000000"
          + "0002747600"
          + "a091b1f8";

  @TempDir Path folder;

  private interface Writer {
    void write(Path file) throws IOException;
  }

  private String written(Writer model) throws IOException {
    Path file = folder.resolve("model");
    model.write(file);
    return HexFormat.of().formatHex(Files.readAllBytes(file));
  }

  private Path file(String hex) throws IOException {
    return Files.write(folder.resolve("model"), HexFormat.of().parseHex(hex));
  }

  @Test
  void everyKindIsWrittenAsInVersionOne() throws IOException {
    assertEquals(SVM_BYTES, written(SVM::write));
    assertEquals(SOFTMAX_BYTES, written(SOFTMAX::write));
    assertEquals(BBOX_BYTES, written(BBOX::write));
  }

  @Test
  void everyKindIsReadAsInVersionOne() throws IOException {
    assertEquals(SVM, LinearModel.read(file(SVM_BYTES)));
    SoftmaxModel softmax = SoftmaxModel.read(file(SOFTMAX_BYTES));
    assertEquals(SOFTMAX_BYTES, written(softmax::write));
    BoxRegressor bbox = BoxRegressor.read(file(BBOX_BYTES));
    assertEquals(BBOX_BYTES, written(bbox::write));
  }
}
