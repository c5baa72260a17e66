package org.rcnn.cnn.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipException;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Weights;
import org.rcnn.data.RegularFile;

/**
 * An opened weight file of any supported format: its contents, and its tensors on demand.
 *
 * <p>Read are safetensors (the project's own, and others'), torch's {@code .pth} (the zip since 1.6
 * and the pickles before; a state dict, bare or wrapped one level), NumPy's {@code .npz}, Caffe's
 * {@code .caffemodel} with the {@code .prototxt} that lies beside it, and the initialisers of
 * {@code .onnx}. The first bytes decide, not the name, except for Caffe and ONNX, whose files have
 * no mark.
 *
 * <p>Files are not trusted. Opening one runs no code from it, and takes no more memory than its
 * size justifies. Every fault ends in an {@link IOException} whose message is one sentence that
 * names the file.
 */
public final class WeightSource {

  /** The formats, as {@code weights inspect} names them. */
  public enum Format {
    /** safetensors. */
    SAFETENSORS("safetensors"),
    /** torch's zip or pickles. */
    TORCH("torch"),
    /** A zip of NumPy arrays. */
    NUMPY("npz"),
    /** A binary Caffe model. */
    CAFFE("caffe"),
    /** An ONNX model. */
    ONNX("onnx");

    private final String label;

    Format(String label) {
      this.label = label;
    }

    /** The name in reports. */
    public String label() {
      return label;
    }
  }

  /**
   * One tensor.
   *
   * @param name its name in the file
   * @param type how its numbers are stored, in the spelling of safetensors
   * @param shape the length of every axis, outermost first
   */
  public record Entry(String name, String type, int[] shape) {
    /** The number of values. */
    public long values() {
      return Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b);
    }
  }

  /** Opens a file of one format. */
  private interface Attempt<T> {
    T run() throws IOException;
  }

  private final Path file;
  private final Format format;
  private final TensorFile tensors;

  private WeightSource(Path file, Format format, TensorFile tensors) {
    this.file = file;
    this.format = format;
    this.tensors = tensors;
  }

  /**
   * Opens a file and looks through it without reading the values.
   *
   * @throws IOException if it cannot be read, is of no known format, or is damaged
   */
  public static WeightSource open(Path file) throws IOException {
    return open(file, null);
  }

  /**
   * Opens a file.
   *
   * @param prototxt the description of a Caffe model; null to look for it beside the model: of the
   *     same name, {@code deploy.prototxt}, or the folder's only one. Without any, the model's own
   *     description serves.
   * @throws IOException if it cannot be read, is of no known format, or is damaged
   */
  public static WeightSource open(Path file, Path prototxt) throws IOException {
    Format format = format(file);
    TensorFile tensors =
        inASentence(
            file,
            () ->
                switch (format) {
                  case SAFETENSORS -> SafetensorsFile.open(file);
                  case TORCH -> TorchFile.open(file);
                  case NUMPY -> NumpyFile.open(file);
                  case CAFFE ->
                      CaffeFile.open(
                          file, prototxt != null ? prototxt : CaffeFile.descriptionBeside(file));
                  case ONNX -> OnnxFile.open(file);
                });
    return new WeightSource(file, format, tensors);
  }

  /** Its format. */
  public Format format() {
    return format;
  }

  /** Its tensors, in the file's order. */
  public List<Entry> entries() {
    return tensors.entries();
  }

  /** What the file says about itself, by key; the preprocessing is among it where it is known. */
  public Map<String, String> notes() {
    return tensors.notes();
  }

  /** What it says about its layers' settings; empty for all formats but Caffe's. */
  public List<SourceLayer> layers() {
    return tensors.layers();
  }

  /**
   * How input must be prepared for these weights.
   *
   * @param usual the preprocessing that holds for what the file leaves out
   * @throws IOException if its notes are invalid
   */
  public Preprocessing preprocessing(Preprocessing usual) throws IOException {
    try {
      return usual.noted(notes());
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: in its notes, %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * Reads the values of every tensor of real numbers; counters and the like are left out.
   *
   * @throws IOException if they cannot be read, or one is not a finite number: a network trained
   *     too fast ends so, and every output would be NaN
   */
  public Weights read() throws IOException {
    Weights weights = inASentence(file, tensors::read);
    Optional<String> useless = weights.notFinite();
    if (useless.isPresent()) {
      throw new IOException(
          "%s: %s, so the network cannot compute; take a checkpoint from before its training diverged."
              .formatted(file, useless.get()));
    }
    return weights;
  }

  private static <T> T inASentence(Path file, Attempt<T> attempt) throws IOException {
    try {
      return attempt.run();
    } catch (EOFException e) {
      throw new IOException(file + " ends before its last tensor; copy or download it again.", e);
    } catch (ZipException e) {
      throw new IOException(
          file + " is cut off or damaged: its zip cannot be read; copy or download it again.", e);
    }
  }

  private static Format format(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder, not a weight file.");
    }
    RegularFile.require(file);
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(9);
    }
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    String text = new String(start, StandardCharsets.ISO_8859_1);
    if (text.startsWith("PK\3\4") || text.startsWith("PK\5\6")) {
      return inASentence(file, () -> zipFormat(file));
    } else if (name.endsWith(".prototxt")) {
      throw new IOException(
          file
              + " describes a Caffe model; name the .caffemodel, the description beside it is read"
              + " along.");
    } else if (name.endsWith(".caffemodel")) {
      return Format.CAFFE;
    } else if (name.endsWith(".onnx")) {
      return Format.ONNX;
    } else if (text.startsWith("\u0080\2") || text.startsWith("\u0080\3")) {
      return Format.TORCH;
    } else if (text.startsWith("\u0093NUMPY")) {
      throw new IOException(
          file + " is a single NumPy array without a name; save named arrays with numpy.savez.");
    } else if (text.startsWith("\u0089HDF")) {
      throw new IOException(
          file + " is an HDF5 file; of Keras' formats none is read, save it as .npz or .pth.");
    } else if (text.length() == 9 && text.charAt(8) == '{') {
      return Format.SAFETENSORS;
    } else if (name.endsWith(".pth") || name.endsWith(".pt")) {
      throw new IOException(file + " is not a torch file: it is neither a zip nor a pickle.");
    } else if (name.endsWith(".npz")) {
      throw new IOException(file + " is not an .npz file: it is not a zip.");
    }
    return Format.SAFETENSORS;
  }

  private static Format zipFormat(Path file) throws IOException {
    try (ZipContents zip = ZipContents.open(file)) {
      if (zip.names().stream().anyMatch(name -> name.endsWith("/data.pkl"))) {
        return Format.TORCH;
      } else if (zip.names().stream().anyMatch(name -> name.endsWith(".npy"))) {
        return Format.NUMPY;
      }
    }
    throw new IOException(
        file + " is a zip of neither torch tensors (data.pkl) nor NumPy arrays (.npy).");
  }
}
