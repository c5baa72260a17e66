package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.Transfer;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.config.PipelineConfig.NetworkChoice;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.Problems;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;

class BackboneTest {

  private static final Map<String, String> BGR =
      Map.of("colour-order", "BGR", "mean", "104,117,123", "scale", "0.5");

  @TempDir Path folder;

  private Path safetensors(Map<String, String> notes) throws IOException {
    Path file = folder.resolve("net%d.safetensors".formatted(notes.size()));
    new WeightFile(Weights.initial(Architectures.byName("alexnet64", 21), 5), notes)
        .write(file, Precision.F32);
    return file;
  }

  private static Backbone alexnet64(Object weights) throws IOException {
    return Backbone.of(
        new NetworkChoice("alexnet64", weights.toString(), ComputeDevice.CPU), 20, 1);
  }

  @Test
  void inputIsPreparedAsTheWeightFileSays() throws IOException {
    Backbone plain = alexnet64(safetensors(Map.of()));
    assertEquals(
        Architectures.byName("alexnet64", 21).preprocessing(), plain.definition().preprocessing());

    Backbone noted = alexnet64(safetensors(BGR));
    Preprocessing prepared = noted.definition().preprocessing();
    assertEquals(
        new Preprocessing(ColourOrder.BGR, new float[] {104, 117, 123}, 0.5f, true), prepared);
    // The same tensors for another input are another network.
    assertNotEquals(plain.fingerprint(), noted.fingerprint());
  }

  @Test
  void aDetectorsScoresHaveNoReluBehindThemAndAClassifiersAreAsPublished() throws IOException {
    NetworkChoice squeezenet = new NetworkChoice("squeezenet1_0-131", "none", ComputeDevice.CPU);
    NetworkDefinition published = Architectures.byName("squeezenet1_0-131", 21);
    Backbone detector = Backbone.of(squeezenet, 20, 1);
    Backbone classifier = Backbone.ofClassifier(squeezenet, 21, 1);
    assertEquals(published.withLinearScores(), detector.definition());
    assertEquals(published, classifier.definition());
    assertNotEquals(classifier.fingerprint(), detector.fingerprint());
    assertEquals(classifier.transfer().weights(), detector.transfer().weights());
  }

  @Test
  void anotherSeedOfFineTuningChangesTheNewLayersAlone() throws IOException {
    Backbone backbone =
        Backbone.of(new NetworkChoice("alexnet64-fc1024", "embedded", ComputeDevice.CPU), 20, 1);
    Weights usual = backbone.transfer().weights();
    assertEquals(usual, backbone.startingWeights(1));
    Weights other = backbone.startingWeights(2);
    assertEquals(List.of("fc8"), backbone.transfer().newLayers());
    usual
        .tensors()
        .forEach(
            (name, tensor) ->
                // New biases are 0 with any seed.
                assertEquals(
                    !name.equals("fc8.weight"), tensor.equals(other.tensors().get(name)), name));
  }

  @Test
  void theSummaryNamesTheLayersAndTheInput() throws IOException {
    Backbone backbone = alexnet64(safetensors(BGR));
    assertEquals(
        "Network alexnet64 has %,d parameters and the layers pool5 (2048 values), fc6 (512 values),"
                .formatted(backbone.definition().parameterCount())
            + " fc7 (512 values); its input is 64 x 64 pixels, colour-order BGR,"
            + " mean 104.0,117.0,123.0, scale 0.5,0.5,0.5.",
        backbone.summary());
  }

  @Test
  void filesOfOtherMakesAreRead() throws IOException {
    Weights weights = Weights.initial(Architectures.byName("alexnet64", 21), 5);
    Backbone read = alexnet64(npz(weights));
    assertEquals(List.of("fc8"), read.transfer().newLayers());
    assertEquals(
        weights.tensors().get("fc7.weight"), read.transfer().weights().tensors().get("fc7.weight"));
    // Where they come from does not matter, what they are does.
    assertEquals(alexnet64(safetensors(Map.of())).fingerprint(), read.fingerprint());
  }

  @Test
  void aDetectorsScoresAreNewAndAClassifierOfAsManyClassesKeepsThem() throws IOException {
    // Weights of 21 classes, and 20 classes with background.
    NetworkChoice choice =
        new NetworkChoice("alexnet64", safetensors(Map.of()).toString(), ComputeDevice.CPU);
    Backbone detector = Backbone.of(choice, 20, 1);
    assertEquals(List.of("fc8"), detector.transfer().newLayers());
    Backbone classifier = Backbone.ofClassifier(choice, 21, 1);
    assertEquals(List.of(), classifier.transfer().newLayers());
    Tensor kept = classifier.transfer().weights().tensors().get("fc8.weight");
    assertEquals(
        Weights.initial(Architectures.byName("alexnet64", 21), 5).tensors().get("fc8.weight"),
        kept);
    assertNotEquals(kept, detector.transfer().weights().tensors().get("fc8.weight"));
  }

  private Path npz(Weights weights) throws IOException {
    Path file = folder.resolve("net.npz");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, Tensor> tensor : weights.tensors().entrySet()) {
        zip.putNextEntry(new ZipEntry(tensor.getKey() + ".npy"));
        zip.write(npy(tensor.getValue()));
        zip.closeEntry();
      }
    }
    return file;
  }

  private static byte[] npy(Tensor tensor) {
    String shape = Arrays.toString(tensor.shape()).replace('[', '(').replace("]", ",)");
    byte[] header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': %s}\n"
            .formatted(shape)
            .getBytes(StandardCharsets.US_ASCII);
    ByteBuffer rest =
        ByteBuffer.allocate(2 + header.length + Float.BYTES * tensor.values().length)
            .order(ByteOrder.LITTLE_ENDIAN);
    rest.putShort((short) header.length).put(header).asFloatBuffer().put(tensor.values());
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    all.writeBytes(rest.array());
    return all.toByteArray();
  }

  @Test
  void weightsThatFitNowhereOrAreMissingAreRefusedByTheirKey() throws IOException {
    Path strange = folder.resolve("strange.safetensors");
    Tensor number = new Tensor(new int[] {1}, new float[1]);
    new WeightFile(new Weights(Map.of("x.weight", number)), Map.of()).write(strange, Precision.F32);
    refused(
        new NetworkChoice("alexnet64", strange.toString(), ComputeDevice.CPU),
        "network.weights: no layer of");
    refused(
        new NetworkChoice("alexnet64", "no.pth", ComputeDevice.CPU),
        "network.weights: there is no file no.pth");
    refused(
        new NetworkChoice("lenet", "none", ComputeDevice.CPU),
        "network.architecture: There is no network 'lenet'");
    refused(
        new NetworkChoice("vgg16", "embedded", ComputeDevice.CPU),
        "network.weights: embedded weights exist for");
  }

  private static void refused(NetworkChoice choice, String words) {
    ConfigException refusal = assertThrows(ConfigException.class, () -> Backbone.of(choice, 20, 1));
    assertTrue(refusal.getMessage().startsWith(words), refusal.getMessage());
  }

  @Test
  void aDetectorFileKeepsHowItsInputIsPrepared() throws IOException {
    NetworkDefinition network = alexnet64(safetensors(BGR)).definition();
    Path file = pack(network);
    assertEquals(network.preprocessing(), DetectorFile.read(file).network().preprocessing());
  }

  /** A detector without a trained head. */
  private Path pack(NetworkDefinition network) throws IOException {
    PipelineConfig config = new ConfigLoader().preset("demo", Map.of());
    Row row = new Row(true, Tap.FC7, Heads.SOFTMAX, false);
    List<String> classes = IntStream.range(0, 20).mapToObj(i -> "class" + i).toList();
    DetectionSet none = new DetectionSet("train", List.of(), "0");
    Progress.Monitor silent = Progress.Monitor.SILENT;
    RunFolder runFolder = new RunFolder(folder);
    Problems strict = new Problems(true, "");
    Run run =
        new Run(
            config, runFolder, none, none, strict, "nothing", silent, () -> {}, Optional.empty());
    TrainedNetwork trained =
        new TrainedNetwork(
            TrainedNetwork.Identity.of("fine-tuned", "0", "0"),
            network,
            Weights.initial(network, 5));
    DetectionStage.Parts parts = new DetectionStage.Parts(row, Optional.empty(), Optional.empty());
    return DetectorFile.pack(
        run, DetectorFile.SELECTIVE_SEARCH, trained, classes, parts, List.of());
  }

  @Test
  void anotherWayToShrinkRegionsIsAnotherNetwork() {
    NetworkDefinition network = Architectures.byName("alexnet64", 21);
    Preprocessing usual = network.preprocessing();
    NetworkDefinition other =
        network.withPreprocessing(
            new Preprocessing(usual.order(), usual.mean(), usual.scale(), !usual.antialias()));
    Transfer fresh = Transfer.into(network, new Weights(Map.of()), List.of(), 1);
    assertNotEquals(Backbone.fingerprint(network, fresh), Backbone.fingerprint(other, fresh));
  }

  private static Backbone withNew(String... layers) throws IOException {
    return Backbone.of(
        new NetworkChoice("alexnet64-fc1024", "embedded", Set.of(layers), ComputeDevice.CPU),
        20,
        1);
  }

  @Test
  void layersThatAreToBeNewTakeNothingFromTheWeights() throws IOException {
    Backbone all = withNew();
    Backbone half = withNew("fc6", "conv5");
    assertEquals(List.of("conv5", "fc6", "fc8"), half.transfer().newLayers());
    assertEquals(
        Weights.initial(half.definition(), 1).tensors().get("fc6.weight"),
        half.transfer().weights().tensors().get("fc6.weight"));
    assertEquals(
        all.transfer().weights().tensors().get("conv4.weight"),
        half.transfer().weights().tensors().get("conv4.weight"));
    assertNotEquals(all.fingerprint(), half.fingerprint());
    // Convolutions up to pool5 are the same only while none of them is new.
    assertNotEquals(all.prefixFingerprint(), half.prefixFingerprint());
    assertEquals(all.prefixFingerprint(), withNew("fc6").prefixFingerprint());
  }

  @Test
  void allLayersMayBeNewWhereTheWeightsGiveTheInputAlone() throws IOException {
    List<String> names =
        withNew().definition().parameterLayers().stream().map(layer -> layer.name()).toList();
    Backbone none = withNew(names.toArray(String[]::new));
    assertEquals(names, none.transfer().newLayers());
    assertEquals(Weights.initial(none.definition(), 1), none.transfer().weights());
  }

  @Test
  void aNewLayerThatTheNetworkLacksIsRefused() {
    ConfigException refusal = assertThrows(ConfigException.class, () -> withNew("fc9"));
    assertTrue(
        refusal
            .getMessage()
            .startsWith("network.new-layers: network alexnet64-fc1024 has no layer 'fc9' with"),
        refusal.getMessage());
  }

  @Test
  void networksWithTheSameConvolutionsHaveTheSamePrefix() throws IOException {
    Backbone twenty =
        Backbone.of(new NetworkChoice("alexnet64-fc1024", "embedded", ComputeDevice.CPU), 20, 1);
    Backbone six =
        Backbone.of(new NetworkChoice("alexnet64-fc1024", "embedded", ComputeDevice.CPU), 6, 1);
    Backbone random = Backbone.of(new NetworkChoice("alexnet64", "none", ComputeDevice.CPU), 20, 1);
    assertEquals(twenty.prefixFingerprint(), six.prefixFingerprint());
    assertNotEquals(twenty.fingerprint(), six.fingerprint());
    assertNotEquals(twenty.prefixFingerprint(), random.prefixFingerprint());
  }

  @Test
  void aDetectorOfAnUnknownHeadIsADamagedFile() throws IOException {
    NetworkDefinition network = alexnet64(safetensors(BGR)).definition();
    Path file = pack(network);
    try (FileSystem inside = FileSystems.newFileSystem(file)) {
      Path description = inside.getPath("detector.json");
      String text = Files.readString(description);
      Files.writeString(description, text.replace("\"network\"", "\"forest\""));
    }
    IOException refusal = assertThrows(IOException.class, () -> DetectorFile.read(file));
    assertTrue(refusal.getMessage().startsWith(file + " is a damaged detector: the head must be"));
  }

  @Test
  void aDetectorWithoutOneOfItsSettingsIsRefused() throws IOException {
    NetworkDefinition network = alexnet64(safetensors(BGR)).definition();
    Path file = pack(network);
    try (FileSystem inside = FileSystems.newFileSystem(file)) {
      Path description = inside.getPath("detector.json");
      String text = Files.readString(description);
      Files.writeString(description, text.replaceAll("\"maxBoxes\" : \\d+,", ""));
    }
    assertThrows(IOException.class, () -> DetectorFile.read(file));
  }
}
