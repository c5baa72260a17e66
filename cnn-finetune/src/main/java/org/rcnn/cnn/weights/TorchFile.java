package org.rcnn.cnn.weights;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.TensorPickle.Contents;
import org.rcnn.cnn.weights.TensorPickle.Storage;
import org.rcnn.cnn.weights.TensorPickle.View;
import org.rcnn.cnn.weights.WeightSource.Entry;

/**
 * A state dict that torch saved.
 *
 * <p>Since version 1.6 such a file is a zip: {@code data.pkl} describes the tensors, and {@code
 * data/KEY} holds the bytes of each storage. Before, and in many published files still, it is five
 * pickles in a row (a magic number, a version, facts about the machine, the description, the order
 * of the storages), followed by the storages, each with its length before it.
 *
 * <p>A checkpoint that keeps the state dict beside other things is searched one level deep. A
 * prefix before every name that a wrapper around the network leaves, such as {@code module.}, is
 * removed.
 */
final class TorchFile implements TensorFile {

  private static final String MAGIC = "119547037146038801333356"; // 0x1950a86a20f9469cfc6c
  private static final long LARGEST_DESCRIPTION = 64L << 20;
  private static final List<String> WRAPPERS =
      List.of("state_dict", "model_state_dict", "model", "net", "weights");

  /** Before every name: data-parallel training, torch.compile, and a network kept as a member. */
  private static final List<String> PREFIXES =
      List.of("module.", "_orig_mod.", "model.", "net.", "network.");

  private static final List<String> INNER =
      List.of(
          "features.module.", "features._orig_mod.", "classifier.module.", "classifier._orig_mod.");

  /** A name of many prefixes would be copied once for each. */
  private static final int MOST_WRAPPERS = 16;

  /** How many dictionaries an error names. */
  private static final int NAMED = 5;

  /** All tensors together may be this many times the numbers in the file. */
  private static final int MOST_SHARING = 4;

  private final Path file;
  private final Map<String, View> views;

  /** The root folder inside the zip; null in an old file. */
  private final String root;

  private TorchFile(Path file, Map<String, View> views, String root) throws IOException {
    this.file = file;
    this.views = views;
    this.root = root;
    long shown = views.values().stream().mapToLong(View::count).sum();
    long there =
        views.values().stream().map(View::storage).distinct().mapToLong(Storage::count).sum();
    if (shown > MOST_SHARING * there) {
      throw new IOException(file + " shows the same numbers in too many tensors; it is refused.");
    }
  }

  static TorchFile open(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(2);
    }
    return start.length == 2 && start[0] == 'P' && start[1] == 'K' ? zip(file) : pickles(file);
  }

  private static TorchFile zip(Path file) throws IOException {
    try (ZipContents zip = ZipContents.open(file)) {
      String description =
          zip.names().stream().filter(name -> name.endsWith("/data.pkl")).findFirst().orElseThrow();
      String root = description.substring(0, description.length() - "data.pkl".length());
      requireLittleEndian(zip, root, file);
      if (zip.size(description) > LARGEST_DESCRIPTION) {
        throw new IOException(file + " describes its tensors at impossible length.");
      }
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(zip.open(description)))) {
        TorchFile opened =
            new TorchFile(
                file, stateDict(TensorPickle.read(in, file.toString()).value(), file), root);
        for (View view : opened.views.values()) {
          opened.requireBytes(zip, view.storage());
        }
        return opened;
      }
    }
  }

  private void requireBytes(ZipContents zip, Storage storage) throws IOException {
    if (zip.size(part(storage)) < storage.count() * storage.type().bytes()) {
      throw new IOException(
          "%s: its part %s is shorter than its tensors.".formatted(file, part(storage)));
    }
  }

  private String part(Storage storage) {
    return root + "data/" + storage.key();
  }

  private static void requireLittleEndian(ZipContents zip, String root, Path file)
      throws IOException {
    if (!zip.names().contains(root + "byteorder")) {
      return;
    }
    zip.size(root + "byteorder");
    try (InputStream in = zip.open(root + "byteorder")) {
      if (in.read() != 'l') {
        throw new IOException(
            file + " was written by a big-endian machine; save it again on another.");
      }
    }
  }

  private static TorchFile pickles(Path file) throws IOException {
    try (DataInputStream in = stream(file)) {
      Contents description = legacyDescription(in, file);
      long bytes =
          description.storages().values().stream()
              .mapToLong(storage -> storage.count() * storage.type().bytes())
              .sum();
      if (bytes > Files.size(file)) {
        throw new EOFException();
      }
      return new TorchFile(file, stateDict(description.value(), file), null);
    }
  }

  private static DataInputStream stream(Path file) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
  }

  private static Contents legacyDescription(DataInputStream in, Path file) throws IOException {
    String name = file.toString();
    if (!MAGIC.equals(TensorPickle.read(in, name).value())) {
      throw new IOException(name + " is a pickle, but not one of torch's.");
    }
    TensorPickle.read(in, name); // The version: it has always been 1001.
    TensorPickle.read(in, name); // Facts about the machine that wrote it.
    return TensorPickle.read(in, name);
  }

  /** The tensors by name, wherever the file keeps them. */
  private static Map<String, View> stateDict(Object saved, Path file) throws IOException {
    if (!(saved instanceof Map<?, ?> top)) {
      throw new IOException(file + " holds no state dict.");
    }
    Map<String, View> found = tensors(top);
    Map<String, View> inner = wrapped(top, found.isEmpty(), file);
    // A checkpoint may have loose tensors beside its state dict, such as the best accuracy.
    return withoutWrappers(inner.size() > found.size() ? inner : found);
  }

  /**
   * The tensors under the names that the network itself gives them. Data-parallel training, torch's
   * compiler and trainers that keep the network as a member each leave a prefix before every name;
   * data-parallel convolutions alone, as torch's own AlexNet example trains, leave {@code module.}
   * behind {@code features.}.
   */
  private static Map<String, View> withoutWrappers(Map<String, View> named) {
    Map<String, View> bare = named;
    boolean changed = true;
    for (int i = 0; changed && i < MOST_WRAPPERS; i++) {
      changed = false;
      for (String prefix : PREFIXES) {
        Map<String, View> all = bare;
        if (!all.isEmpty() && all.keySet().stream().allMatch(key -> key.startsWith(prefix))) {
          bare = renamed(all, key -> key.substring(prefix.length()));
          changed = true;
        }
      }
    }
    for (String wrapped : INNER) {
      String part = wrapped.substring(0, wrapped.indexOf('.') + 1);
      boolean every =
          bare.keySet().stream()
              .filter(key -> key.startsWith(part))
              .allMatch(key -> key.startsWith(wrapped));
      if (every) {
        bare = renamed(bare, key -> withoutInner(key, wrapped, part));
      }
    }
    return bare;
  }

  /**
   * Numbers have a meaning in their container alone: {@code features.0}; names have one without.
   */
  private static String withoutInner(String key, String wrapped, String part) {
    if (!key.startsWith(wrapped)) {
      return key;
    }
    String rest = key.substring(wrapped.length());
    return !rest.isEmpty() && Character.isDigit(rest.charAt(0)) ? part + rest : rest;
  }

  private static Map<String, View> renamed(Map<String, View> named, UnaryOperator<String> rename) {
    Map<String, View> renamed = new LinkedHashMap<>();
    named.forEach((key, view) -> renamed.put(rename.apply(key), view));
    // Two names that would become one are the network's own.
    return renamed.size() < named.size() ? named : renamed;
  }

  /**
   * The state dict inside a checkpoint.
   *
   * @param needed whether a checkpoint without one is refused; else it gives no tensors
   */
  private static Map<String, View> wrapped(Map<?, ?> top, boolean needed, Path file)
      throws IOException {
    Map<String, Map<String, View>> candidates = new LinkedHashMap<>();
    // One dictionary may stand under any number of names; it is looked through once.
    Map<Map<?, ?>, Map<String, View>> known = new IdentityHashMap<>();
    top.forEach(
        (key, value) -> {
          if (key instanceof String name && value instanceof Map<?, ?> inner) {
            Map<String, View> tensors = known.computeIfAbsent(inner, TorchFile::tensors);
            if (!tensors.isEmpty()) {
              candidates.put(name, tensors);
            }
          }
        });
    for (String usual : WRAPPERS) {
      if (candidates.containsKey(usual)) {
        return candidates.get(usual);
      }
    }
    if (candidates.size() != 1) {
      if (!needed) {
        return Map.of();
      }
      throw new IOException(
          candidates.isEmpty()
              ? file + " holds no tensors in a dictionary; save the state dict alone."
              : "%s holds several dictionaries of tensors (%s); save one of them alone."
                  .formatted(file, someOf(candidates.keySet())));
    }
    return candidates.values().iterator().next();
  }

  private static String someOf(Set<String> names) {
    String some = names.stream().limit(NAMED).collect(Collectors.joining(", "));
    return names.size() <= NAMED ? some : "%s and %d more".formatted(some, names.size() - NAMED);
  }

  private static Map<String, View> tensors(Map<?, ?> dictionary) {
    Map<String, View> found = new LinkedHashMap<>();
    dictionary.forEach(
        (key, value) -> {
          if (key instanceof String name && value instanceof View view) {
            found.put(name, view);
          }
        });
    return found;
  }

  @Override
  public List<Entry> entries() {
    return views.entrySet().stream()
        .map(
            view ->
                new Entry(
                    view.getKey(),
                    view.getValue().storage().type().name(),
                    view.getValue().shape()))
        .toList();
  }

  @Override
  public Weights read() throws IOException {
    Map<String, Tensor> read = new HashMap<>();
    Map<Storage, List<Map.Entry<String, View>>> viewsOf =
        views.entrySet().stream().collect(Collectors.groupingBy(view -> view.getValue().storage()));
    if (root == null) {
      readAfterPickles(viewsOf, read);
    } else {
      try (ZipContents zip = ZipContents.open(file)) {
        for (Storage storage : wanted().values()) {
          requireBytes(zip, storage);
          try (InputStream in = zip.open(part(storage))) {
            show(viewsOf.get(storage), storage.type().read(in, (int) storage.count()), read);
          }
        }
      }
    }
    Map<String, Tensor> inOrder = new LinkedHashMap<>();
    views.keySet().stream()
        .filter(read::containsKey)
        .forEach(name -> inOrder.put(name, read.get(name)));
    return new Weights(inOrder);
  }

  /** The storages of real numbers, by key. */
  private Map<String, Storage> wanted() {
    return views.values().stream()
        .map(View::storage)
        .filter(storage -> storage.type().real())
        .collect(
            Collectors.toMap(Storage::key, storage -> storage, (a, b) -> a, LinkedHashMap::new));
  }

  private void readAfterPickles(
      Map<Storage, List<Map.Entry<String, View>>> viewsOf, Map<String, Tensor> read)
      throws IOException {
    try (DataInputStream in = stream(file)) {
      Map<String, Storage> all = legacyDescription(in, file).storages();
      Object order = TensorPickle.read(in, file.toString()).value();
      if (!(order instanceof List<?> keys)) {
        throw new IOException(file + " is damaged: it does not say in which order tensors lie.");
      }
      Set<String> present = new HashSet<>();
      Map<String, Storage> wanted = wanted();
      long left = Files.size(file);
      for (Object key : keys) {
        Storage storage = all.get(key instanceof String name ? name : "");
        long count = Long.reverseBytes(in.readLong());
        if (storage == null || count != storage.count() || !present.add(storage.key())) {
          throw new IOException(
              file
                  + " is damaged: a storage is unknown, there twice, or of another size than announced.");
        }
        long bytes = count * storage.type().bytes();
        left -= bytes;
        if (left < 0) {
          throw new EOFException();
        }
        if (wanted.containsKey(storage.key())) {
          show(viewsOf.get(storage), storage.type().read(in, (int) count), read);
        } else {
          in.skipNBytes(bytes);
        }
      }
      if (!present.containsAll(wanted.keySet())) {
        throw new EOFException();
      }
    }
  }

  /** Makes the tensors that are views of one storage. */
  private static void show(
      List<Map.Entry<String, View>> ofStorage, float[] values, Map<String, Tensor> into) {
    for (Map.Entry<String, View> each : ofStorage) {
      View view = each.getValue();
      float[] shown =
          view.isWhole()
              ? values
              : Strided.gather(values, view.offset(), view.shape(), view.strides());
      into.put(each.getKey(), new Tensor(view.shape(), shown));
    }
  }
}
