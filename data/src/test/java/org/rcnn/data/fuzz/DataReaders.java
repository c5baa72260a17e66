package org.rcnn.data.fuzz;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.rcnn.data.Box;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.dataset.SplitTable;
import org.rcnn.data.folder.ImageFolder;
import org.rcnn.data.folder.PackedImages;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.data.voc.VocAnnotationReader;
import org.rcnn.data.voc.VocResults;

/** Annotations, lists, pictures and stores. */
public final class DataReaders implements FuzzedReaders {

  /** Made public for the class loader. */
  public DataReaders() {}

  private static final String VOC =
      """
      <annotation><filename>a.jpg</filename><size><width>32</width><height>24</height></size>
      <object><name>cat</name><difficult>0</difficult><truncated>1</truncated>
      <bndbox><xmin>1</xmin><ymin>2.5</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>
      <part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>
      <object><name>dog</name><robndbox><cx>8</cx><cy>9</cy><w>3</w><h>4</h><angle>0.5</angle>
      </robndbox></object>
      <object><name>cow</name><polygon><x1>1</x1><y1>2</y1><x2>9</x2><y2>3</y2></polygon></object>
      <object><name>tv</name><polygon><pt><x>3</x><y>4</y></pt><pt><x>5</x><y>9</y></pt></polygon>
      </object></annotation>
      """;

  private static final String COCO =
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 32, "height": 24}],
       "categories": [{"id": 7, "name": "cat"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 2, 8, 9], "iscrowd": 0,
         "segmentation": [[1, 2, 3, 4, 5, 6]], "attributes": {"rotation": 30, "difficult": true}},
        {"id": 2, "image_id": 1, "category_id": 7, "segmentation": [1, 2, 3.5, 4, 5, 6]}]}
      """;

  private static final String CVAT =
      """
      <?xml version="1.0" encoding="utf-8"?>
      <annotations><version>1.1</version><image id="0" name="a.jpg" width="32" height="24">
      <box label="cat" xtl="1" ytl="2" xbr="9" ybr="9"/></image></annotations>
      """;

  private static final String[] IN_XML = {
    "<",
    ">",
    "</",
    "/>",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "&b;",
    "&#27;",
    "&#x1F600;",
    "<?xml version=\"1.1\" encoding=\"UTF-16\"?>",
    "<object>",
    "<bndbox>",
    "<name>",
    "<polygon>",
    "<size>",
    "<annotation>",
    "</annotation>",
    "<xmin>",
    "<!--",
    "\u00ff\u00fe"
  };

  private static final String[] IN_JSON = {
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "NaN",
    "\"id\"",
    "\"bbox\"",
    "\"images\"",
    "\"segmentation\"",
    "\"\\u001b\"",
    "[[",
    "{\"a\":",
    "\\ud800",
    "/*",
    "\"file_name\""
  };

  private static final String[] IN_YAML = {
    "- ",
    ": ",
    "\n",
    "  ",
    "&a ",
    "*a",
    "<<: *a",
    "[",
    "]",
    "{",
    "}",
    "|",
    ">",
    "!!binary ",
    "!!int ",
    "? ",
    "---\n",
    "...\n",
    "names",
    "'",
    "\"",
    "#",
    "%YAML 1.2",
    "\t",
    "~"
  };

  @Override
  public List<FuzzedReader> in(Path folder) throws IOException {
    List<FuzzedReader> all = new ArrayList<>(annotations(folder));
    all.addAll(pictures(folder));
    all.addAll(stores(folder));
    all.addAll(zips(folder));
    return all;
  }

  private static List<FuzzedReader> annotations(Path folder) throws IOException {
    Path voc = set(folder.resolve("voc"), "JPEGImages/a.jpg");
    Files.createDirectories(voc.resolve("ImageSets/Main"));
    Files.createDirectories(voc.resolve("Annotations"));
    Files.writeString(voc.resolve("Annotations/a.xml"), VOC);
    Path coco = set(folder.resolve("coco"), "a.jpg");
    Path yolo = set(folder.resolve("yolo"), "images/train/a.jpg");
    Files.writeString(yolo.resolve("data.yaml"), "names: [cat, dog]\n");
    Files.createDirectories(yolo.resolve("labels/train"));
    Path yaml = set(folder.resolve("yaml"), "train/a.jpg");
    Files.writeString(yaml.resolve("train/a.txt"), "0 0.5 0.5 0.25 0.25\n");
    Path darknet = set(folder.resolve("darknet"), "a.jpg");
    Files.writeString(darknet.resolve("a.txt"), "0 0.5 0.5 0.25 0.25\n");
    Path data = set(folder.resolve("objdata"), "a.jpg");
    Files.writeString(data.resolve("a.txt"), "0 0.5 0.5 0.25 0.25\n");
    Files.writeString(data.resolve("obj.names"), "cat\n");
    Files.writeString(data.resolve("train.txt"), "data/a.jpg\n");
    Path other = set(folder.resolve("other"), "a.jpg");
    Path results = Files.createDirectories(folder.resolve("results"));
    Path lists = folder.resolve("lists/ImageSets/Main");
    Files.createDirectories(lists);
    List<FuzzedReader> readers =
        List.of(
            FuzzedReader.ofText(
                    "voc-annotation", folder.resolve("a.xml"), VocAnnotationReader::read, VOC)
                .withWords(IN_XML),
            FuzzedReader.ofText(
                    "voc-list",
                    voc.resolve("ImageSets/Main/train.txt"),
                    file -> readAll(voc),
                    "a\n",
                    "\"a\"\n",
                    "a.jpg\nb\n",
                    "a -1\nb  1\n")
                .withWords("\"", "../", "/", ".jpg", " 1", " -1", "\u00ff\u00fe"),
            FuzzedReader.ofText(
                    "voc-results",
                    results.resolve("comp4_det_test_cat.txt"),
                    file -> VocResults.read(results, "test"),
                    "a 0.5 1 2 3 4\nb c -1.25 1.5 2 3 4\n")
                .withWords("NaN", "Infinity", " ", "\t", "\u00ff\u00fe", "\u00a0"),
            FuzzedReader.ofText(
                    "split-list",
                    lists.resolve("train.txt"),
                    file -> SplitTable.read(folder.resolve("lists")).ids("train"),
                    "a\nb c\n")
                .withWords("\u00ff\u00fe", "\u00fe\u00ff"),
            FuzzedReader.ofText(
                    "coco", coco.resolve("instances_train.json"), file -> readAll(coco), COCO)
                .withWords(IN_JSON),
            FuzzedReader.ofText(
                    "yolo-labels",
                    yolo.resolve("labels/train/a.txt"),
                    file -> readAll(yolo),
                    "0 0.5 0.5 0.25 0.25\n1 0.1 0.1 0.2 0.2 0.3 0.1\n",
                    "1 0.5 0.5 0.25 0.25 0.9\n")
                .withWords(" ", "\n", "1e", "0.", "-", "99999999", "999999999"),
            FuzzedReader.ofText(
                    "yolo-yaml",
                    yaml.resolve("data.yaml"),
                    file -> readAll(yaml),
                    "path: .\ntrain: train\nval: [train, 'a']\nnames:\n  0: cat\n  1: dog\n",
                    "names: [cat, dog]\nnc: 2\ntrain: ../train\n")
                .withWords(IN_YAML),
            FuzzedReader.ofText(
                "yolo-names", darknet.resolve("obj.names"), file -> readAll(darknet), "cat\ndog\n"),
            FuzzedReader.ofText(
                    "yolo-splits",
                    data.resolve("obj.data"),
                    file -> readAll(data),
                    "classes = 1\ntrain = data/train.txt\nvalid = a.jpg\nnames = obj.names\n")
                .withWords("=", "train", "valid", "../", "/", "a.jpg", "train.txt", "."),
            FuzzedReader.ofText(
                    "cvat", other.resolve("annotations.xml"), file -> diagnose(other), CVAT)
                .withWords(IN_XML));
    // Each input opens a whole set.
    return readers.stream().map(reader -> reader.withInputs(500)).toList();
  }

  /** A folder with a picture. */
  private static Path set(Path folder, String picture) throws IOException {
    Path file = folder.resolve(picture);
    Files.createDirectories(file.getParent());
    Files.write(file, picture("jpg", BufferedImage.TYPE_INT_RGB));
    return folder;
  }

  /** Reads all that a dataset has. */
  private static void readAll(Path folder) throws IOException {
    Dataset dataset = DatasetFormats.installed().open(folder);
    for (String split : dataset.splits()) {
      dataset.imageIds(split);
    }
    dataset.leftOut();
    for (String id : dataset.annotatedIds()) {
      dataset.readAnnotation(id, ExifOrientation.APPLY);
      dataset.annotation(id);
    }
  }

  /** CVAT's own XML is not read, but recognised. */
  private static void diagnose(Path folder) throws IOException {
    try {
      DatasetFormats.installed().open(folder);
    } catch (IOException e) {
      if (!e.getMessage().startsWith("The folder " + folder + " is not ")) {
        throw e;
      }
    }
  }

  private static byte[] picture(String format, int type) throws IOException {
    BufferedImage image = new BufferedImage(24, 16, type);
    Random random = new Random(5);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 24; x++) {
        image.setRGB(x, y, 0xff000000 | (y < 8 ? random.nextInt(1 << 24) : 0x336699));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!ImageIO.write(image, format, out)) {
      throw new IOException("No writer for " + format);
    }
    return out.toByteArray();
  }

  private static List<FuzzedReader> pictures(Path folder) throws IOException {
    byte[] jpeg = picture("jpg", BufferedImage.TYPE_INT_RGB);
    byte[] turned = withExif(jpeg);
    byte[] png = picture("png", BufferedImage.TYPE_INT_ARGB);
    return List.of(
        picture(folder, "jpeg", jpeg, turned, picture("jpg", BufferedImage.TYPE_BYTE_GRAY))
            .withWords(
                "\u00ff\u00c0",
                "\u00ff\u00c2",
                "\u00ff\u00c4",
                "\u00ff\u00da",
                "\u00ff\u00d9",
                "\u00ff\u00e1",
                "Exif\0\0",
                "\u00ff\u00ee\0\u000eAdobe\0\u0064\0\0\0\0\2",
                "JFIF",
                "II*\0",
                "MM\0*",
                "\u00ff\u00dd\0\4\0\1",
                "\u00ff\u00e2\0\u0010ICC_PROFILE\0\1\1"),
        picture(
                folder,
                "png",
                png,
                picture("png", BufferedImage.TYPE_BYTE_INDEXED),
                picture("png", BufferedImage.TYPE_USHORT_GRAY))
            .withRepair(Repairs::ofPng)
            .withWords("IHDR", "PLTE", "IDAT", "tRNS", "eXIf", "iCCP", "zTXt", "iTXt", "IEND"),
        picture(
                folder,
                "gif",
                picture("gif", BufferedImage.TYPE_BYTE_INDEXED),
                picture("gif", BufferedImage.TYPE_BYTE_BINARY))
            .withWords("GIF89a", "!\u00f9\4", "!\u00ff\u000bNETSCAPE2.0", ",", ";"),
        picture(
                folder,
                "bmp",
                picture("bmp", BufferedImage.TYPE_INT_RGB),
                picture("bmp", BufferedImage.TYPE_BYTE_INDEXED))
            .withWords("BM", "\1\0\0\0", "\2\0\0\0", "\3\0\0\0", "\4\0\0\0"),
        picture(
                folder,
                "tiff",
                picture("tiff", BufferedImage.TYPE_INT_RGB),
                picture("tiff", BufferedImage.TYPE_BYTE_GRAY))
            .withWords(
                "II*\0",
                "MM\0*",
                "\u0012\1\3\0\1\0\0\0",
                "\3\1\3\0\1\0\0\0",
                "\7\0",
                "\5\0",
                "\u0042\1\4\0\1\0\0\0",
                "\u0053\1\3\0\1\0\0\0"),
        picture(
                folder,
                "webp",
                Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="),
                Base64.getDecoder()
                    .decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"))
            .withWords("RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH", "EXIF", "ICCP", "ANIM")
            .withInputs(500));
  }

  private static FuzzedReader picture(Path folder, String format, byte[]... seeds) {
    return FuzzedReader.of(
            format,
            folder.resolve("photo." + format),
            file -> {
              ImageFiles.size(file);
              ImageFiles.read(file);
            },
            seeds)
        .withInputs(1500);
  }

  /** A JPEG with the tag that turns it. */
  private static byte[] withExif(byte[] jpeg) {
    String exif =
        "\u00ff\u00e1\0\"Exif\0\0MM\0*\0\0\0\u0008\0\1\u0001\u0012\0\3\0\0\0\1\0\6\0\0\0\0\0\0";
    byte[] segment = exif.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.writeBytes(segment);
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  private static List<FuzzedReader> stores(Path folder) throws IOException {
    Path made = folder.resolve("made");
    try (ProposalStore.Writer writer = ProposalStore.create(made)) {
      writer.append("a", List.of(new Box(1, 2, 3, 4), new Box(0, 0, 65535, 9)));
      writer.append("b", List.of());
      writer.append("c", List.of(new Box(0.5, 2, 3, 4)));
      writer.commit();
    }
    byte[] proposals = Files.readAllBytes(made);
    List<byte[]> features = new ArrayList<>();
    for (Encoding encoding : Encoding.values()) {
      try (FeatureStore.Writer writer = FeatureStore.create(made, 70, encoding)) {
        float[] values = new float[140];
        values[3] = 1.5f;
        values[69] = -2;
        values[139] = 7;
        writer.append("a", values, 2);
        writer.append("b", values, 0);
        writer.append("c", values, 1);
        writer.commit();
      }
      features.add(Files.readAllBytes(made));
    }
    Path set = folder.resolve("classes");
    set(set, "train/cat/a.jpg");
    set(set, "train/dog/b.jpg");
    try (ImageFolder images = ImageFolder.open(set, 0, 1)) {
      PackedImages.pack(images.train(), 4, made, 1, done -> {}, problem -> {}).close();
    }
    byte[] packed = Files.readAllBytes(made);
    Path journalled = folder.resolve("journalled");
    return List.of(
        FuzzedReader.of(
                "proposal-store", folder.resolve("boxes.store"), DataReaders::boxes, proposals)
            .withRepair(Repairs::ofStore),
        FuzzedReader.of(
                "feature-store",
                folder.resolve("features.store"),
                DataReaders::features,
                features.toArray(byte[][]::new))
            .withRepair(Repairs::ofStore),
        FuzzedReader.of(
                "packed-images", folder.resolve("pixels.store"), DataReaders::pixels, packed)
            .withRepair(Repairs::ofStore),
        FuzzedReader.of(
            "journal",
            folder.resolve("journalled.partial.index"),
            file -> resume(journalled),
            journal(journalled)));
  }

  /** What a killed process leaves beside a store. */
  private static byte[] journal(Path store) throws IOException {
    float[] values = {1, 2, 3};
    try (FeatureStore.Writer writer = FeatureStore.resume(store, 3, Encoding.DENSE_FP32)) {
      writer.append("a", values, 1);
      writer.append("bc", values, 1);
    }
    return Files.readAllBytes(store.resolveSibling("journalled.partial.index"));
  }

  private static void resume(Path store) throws IOException {
    try (FeatureStore.Writer writer = FeatureStore.resume(store, 3, Encoding.DENSE_FP32)) {
      writer.imageIds();
    }
  }

  private static void boxes(Path file) throws IOException {
    try (ProposalStore store = ProposalStore.open(file)) {
      for (String id : store.imageIds()) {
        store.count(id);
        store.boxes(id);
      }
    }
  }

  private static void features(Path file) throws IOException {
    try (FeatureStore store = FeatureStore.open(file)) {
      for (String id : store.imageIds()) {
        float[] values = new float[Math.multiplyExact(store.rows(id), store.dimension())];
        store.read(id, values);
        if (store.rows(id) > 0) {
          store.readRows(id, new int[] {store.rows(id) - 1}, values);
        }
      }
    }
  }

  private static void pixels(Path file) throws IOException {
    try (PackedImages images = PackedImages.open(file)) {
      byte[] pixels = new byte[Math.multiplyExact(3 * images.size(), images.size())];
      for (int i = 0; i < images.count(); i++) {
        images.classes().get(images.label(i));
        images.copyPixels(i, pixels);
      }
      images.fingerprint();
    }
  }

  private static List<FuzzedReader> zips(Path folder) throws IOException {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    byte[] jpeg = picture("jpg", BufferedImage.TYPE_INT_RGB);
    parts.put("train/cat/a.jpg", jpeg);
    parts.put("train/dog/b.jpg", jpeg);
    parts.put("val/cat/c.png", picture("png", BufferedImage.TYPE_INT_RGB));
    return List.of(
        FuzzedReader.of(
                "zip-of-images",
                folder.resolve("set.zip"),
                file -> {
                  try (ImageFolder images = ImageFolder.open(file)) {
                    for (ImageFolder.Split split : List.of(images.train(), images.validation())) {
                      for (int i = 0; i < split.size(); i++) {
                        split.read(i);
                      }
                    }
                  }
                },
                Repairs.zip(parts))
            .withWords("PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "PK\6\7", "PK\7\u0008", "../"));
  }
}
