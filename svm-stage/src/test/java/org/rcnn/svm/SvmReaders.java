package org.rcnn.svm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.data.fuzz.FuzzedReader;
import org.rcnn.data.fuzz.FuzzedReaders;
import org.rcnn.data.fuzz.Repairs;

/** The models of heads and of the box regression. */
public final class SvmReaders implements FuzzedReaders {

  /** Made by the name of the class. */
  public SvmReaders() {}

  private interface Writer {
    void write(Path file) throws IOException;
  }

  @Override
  public List<FuzzedReader> in(Path folder) throws IOException {
    LinearModel svm =
        new LinearModel(
            List.of("cat", "tv"), 2, new float[] {1, -2, 0, 0.5f}, new float[] {-1, 3}, 0.25);
    SoftmaxModel softmax =
        new SoftmaxModel(List.of("kö"), 2, new float[] {1, -2, 0, 0.5f}, new double[] {-1, 3});
    BoxRegressor bbox =
        new BoxRegressor(
            List.of("cat", "tv"),
            1,
            new float[][] {{1, -2, 0, 0.5f}, null},
            new double[][] {{0, 0.5, -1, 2}, new double[4]});
    return List.of(
        reader(folder, "svm-model", svm::write, LinearModel::read, Long.BYTES),
        reader(folder, "softmax-model", softmax::write, SoftmaxModel::read, Integer.BYTES),
        reader(folder, "bbox-model", bbox::write, BoxRegressor::read, Integer.BYTES));
  }

  private static FuzzedReader reader(
      Path folder, String name, Writer writer, FuzzedReader.Reading reading, int checksumBytes)
      throws IOException {
    Path file = folder.resolve(name);
    writer.write(file);
    return FuzzedReader.of(name, file, reading, Files.readAllBytes(file))
        .withRepair(Repairs.atTheEnd(checksumBytes))
        .withInputs(5000);
  }
}
