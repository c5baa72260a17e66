package org.rcnn.data.scenes;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;
import org.rcnn.data.voc.VocAnnotationWriter;

/**
 * Draws VOC-style scenes and a classification set to pre-train on, both from a seed.
 *
 * <p><b>Scenes.</b> Six classes; each is a shape and a texture:
 *
 * <table>
 *   <caption>What the classes look like</caption>
 *   <tr><th></th><th>stripes</th><th>spots</th><th>cells</th></tr>
 *   <tr><th>round</th><td>melon</td><td>ladybird</td><td>tortoise</td></tr>
 *   <tr><th>fish</th><td>zebrafish</td><td>trout</td><td></td></tr>
 *   <tr><th>star</th><td></td><td>starfish</td><td></td></tr>
 * </table>
 *
 * <p>Neither a shape nor a texture alone identifies a class: those that only one class has also
 * appear on distractors, which combine a shape and a texture that form no class. Colours come from
 * the same distribution for all. Objects are from about 24 pixels to most of the picture in size,
 * rotated and mirrored, and partly hidden by each other, by bars or by the border; light, blur,
 * noise and compression vary.
 *
 * <p><b>Annotations</b> follow VOC: the box surrounds the visible pixels (those that the object
 * covers by half or more and nothing in front of it does); {@code truncated} marks objects of which
 * more than 5 % lies outside the picture; {@code difficult} marks those of which less than half is
 * visible, or whose box is less than 20 pixels wide or high.
 *
 * <p><b>The classification set</b> has twenty other classes, made of nine other shapes and eight
 * other textures, with one object in every 64 × 64 picture.
 */
public final class SceneGenerator {

  private static final int OBJECT_TRIES = 30;
  private static final double LEAST_VISIBLE = 0.3;
  private static final double DIFFICULT_VISIBLE = 0.5;
  private static final int DIFFICULT_SIDE = 20;
  private static final double WHOLE = 0.95;
  private static final int CROP = 64;

  /** A class is a shape and a texture; a distractor has no name. */
  record ObjectClass(String name, Shape shape, Texture texture) {}

  static final List<ObjectClass> CLASSES =
      List.of(
          new ObjectClass("ladybird", Shape.ROUND, Texture.SPOTS),
          new ObjectClass("melon", Shape.ROUND, Texture.STRIPES),
          new ObjectClass("starfish", Shape.STAR, Texture.SPOTS),
          new ObjectClass("tortoise", Shape.ROUND, Texture.CELLS),
          new ObjectClass("trout", Shape.FISH, Texture.SPOTS),
          new ObjectClass("zebrafish", Shape.FISH, Texture.STRIPES));

  /** Shapes and textures of the classes, combined so that no class results. */
  static final List<ObjectClass> DISTRACTORS =
      List.of(
          new ObjectClass(null, Shape.STAR, Texture.STRIPES),
          new ObjectClass(null, Shape.STAR, Texture.PLAIN),
          new ObjectClass(null, Shape.FISH, Texture.CELLS),
          new ObjectClass(null, Shape.FISH, Texture.PLAIN),
          new ObjectClass(null, Shape.ROUND, Texture.PLAIN),
          new ObjectClass(null, Shape.ROUND, Texture.CHECKS),
          new ObjectClass(null, Shape.CROSS, Texture.SPOTS),
          new ObjectClass(null, Shape.HOUSE, Texture.CELLS),
          new ObjectClass(null, Shape.BLOB, Texture.STRIPES),
          new ObjectClass(null, Shape.BLOB, Texture.CELLS),
          new ObjectClass(null, Shape.BLOB, Texture.PLAIN),
          new ObjectClass(null, Shape.BLOB, Texture.MARBLE));

  static final List<ObjectClass> AUXILIARY =
      List.of(
          new ObjectClass("brick-gear", Shape.GEAR, Texture.BRICKS),
          new ObjectClass("brick-heart", Shape.HEART, Texture.BRICKS),
          new ObjectClass("brick-house", Shape.HOUSE, Texture.BRICKS),
          new ObjectClass("checked-cross", Shape.CROSS, Texture.CHECKS),
          new ObjectClass("checked-drop", Shape.DROP, Texture.CHECKS),
          new ObjectClass("hatched-arrow", Shape.ARROW, Texture.HATCHING),
          new ObjectClass("hatched-leaf", Shape.LEAF, Texture.HATCHING),
          new ObjectClass("marble-gear", Shape.GEAR, Texture.MARBLE),
          new ObjectClass("marble-heart", Shape.HEART, Texture.MARBLE),
          new ObjectClass("marble-mushroom", Shape.MUSHROOM, Texture.MARBLE),
          new ObjectClass("ringed-crescent", Shape.CRESCENT, Texture.RINGS),
          new ObjectClass("ringed-drop", Shape.DROP, Texture.RINGS),
          new ObjectClass("ringed-mushroom", Shape.MUSHROOM, Texture.RINGS),
          new ObjectClass("wavy-arrow", Shape.ARROW, Texture.WAVES),
          new ObjectClass("wavy-crescent", Shape.CRESCENT, Texture.WAVES),
          new ObjectClass("wavy-leaf", Shape.LEAF, Texture.WAVES),
          new ObjectClass("wooden-house", Shape.HOUSE, Texture.WOOD),
          new ObjectClass("wooden-leaf", Shape.LEAF, Texture.WOOD),
          new ObjectClass("woven-cross", Shape.CROSS, Texture.WEAVE),
          new ObjectClass("woven-gear", Shape.GEAR, Texture.WEAVE));

  private final long seed;

  /** A generator; the seed determines every picture. */
  public SceneGenerator(long seed) {
    this.seed = seed;
  }

  /** The classes of the scenes, sorted. */
  public static List<String> classes() {
    return CLASSES.stream().map(ObjectClass::name).toList();
  }

  /** The classes of the classification set, sorted. */
  public static List<String> auxiliaryClasses() {
    return AUXILIARY.stream().map(ObjectClass::name).toList();
  }

  /**
   * Draws a scene. Scene {@code i} holds at least one object of class {@code i % 6}, so classes are
   * balanced; the other objects are of any class.
   *
   * @param index number of the scene in the seed's endless series, from 0
   */
  public Scene scene(int index) {
    RandomGenerator random = randomFor(1, index);
    int width = 240 + random.nextInt(81);
    int height = 180 + random.nextInt(61);
    List<Figure> figures = arrange(index, width, height, random);

    Canvas canvas = new Canvas(width, height);
    Backdrop.paint(canvas, random);
    double shadowAngle = 2 * Math.PI * random.nextDouble();
    double shadowStrength = 0.55 * random.nextDouble();
    for (Figure figure : figures) {
      double offset = 0.1 * Math.sqrt(figure.wholeArea());
      figure.castShadow(
          canvas, offset * Math.cos(shadowAngle), offset * Math.sin(shadowAngle), shadowStrength);
      figure.draw(canvas);
    }
    canvas.blur(0.8 * random.nextDouble());
    canvas.expose(random);
    String id = String.format(Locale.ROOT, "%06d", index + 1);
    return new Scene(canvas.toImage(), new Annotation(id, width, height, groundTruth(figures)));
  }

  /** One stream of random numbers per picture, so that pictures do not depend on each other. */
  private RandomGenerator randomFor(int series, int index) {
    return new SplittableRandom(
        seed * 0x9e3779b97f4a7c15L + series * 0xd1b54a32d192ed03L + index * 0x2545f4914f6cdd1dL);
  }

  /** All figures of a scene, back to front. */
  private static List<Figure> arrange(int index, int width, int height, RandomGenerator random) {
    List<Figure> figures = new ArrayList<>();
    int stains = random.nextInt(4);
    for (int i = 0; i < stains; i++) {
      figures.add(distractor(random, width, height));
    }
    int objects = 1 + random.nextInt(4);
    for (int i = 0; i < objects; i++) {
      ObjectClass kind =
          CLASSES.get(i == 0 ? index % CLASSES.size() : random.nextInt(CLASSES.size()));
      for (int attempt = 0; attempt < OBJECT_TRIES; attempt++) {
        if (addIfAllStayVisible(figures, object(kind, random, width, height))) {
          break;
        }
      }
    }
    int front = random.nextInt(3);
    for (int i = 0; i < front; i++) {
      Figure figure =
          random.nextBoolean() ? bar(random, width, height) : distractor(random, width, height);
      addIfAllStayVisible(figures, figure);
    }
    return figures;
  }

  /** Without this, an object could be annotated that is almost completely hidden. */
  private static boolean addIfAllStayVisible(List<Figure> figures, Figure added) {
    figures.add(added);
    for (Figure figure : figures) {
      if (figure.className != null && visible(figure, figures).share < LEAST_VISIBLE) {
        figures.remove(added);
        return false;
      }
    }
    return true;
  }

  private static Figure object(ObjectClass kind, RandomGenerator random, int width, int height) {
    double largest = 0.48 * Math.min(width, height);
    double half = 13 * Math.pow(largest / 13, Math.sqrt(random.nextDouble()));
    double x = width * (0.08 + 0.84 * random.nextDouble());
    double y = height * (0.08 + 0.84 * random.nextDouble());
    return figure(kind, x, y, half, random, width, height);
  }

  private static Figure distractor(RandomGenerator random, int width, int height) {
    ObjectClass kind = DISTRACTORS.get(random.nextInt(DISTRACTORS.size()));
    double half = 12 * Math.pow(5, random.nextDouble());
    double x = width * random.nextDouble();
    double y = height * random.nextDouble();
    return figure(kind, x, y, half, random, width, height);
  }

  private static Figure figure(
      ObjectClass kind,
      double x,
      double y,
      double half,
      RandomGenerator random,
      int width,
      int height) {
    double halfWidth = random.nextBoolean() ? half : -half;
    double halfHeight = half * (0.72 + 0.33 * random.nextDouble());
    double angle = Math.toRadians(28) * random.nextGaussian();
    double period = 0.38 + 0.28 * random.nextDouble();
    double patternAngle = Math.toRadians(12) * random.nextGaussian();
    Material material = Material.random(random, kind.texture, period, patternAngle, 40);
    return new Figure(
        kind.name, kind.shape, material, x, y, halfWidth, halfHeight, angle, random, width, height);
  }

  private static Figure bar(RandomGenerator random, int width, int height) {
    Texture texture = random.nextBoolean() ? Texture.PLAIN : Texture.WOOD;
    Material material = Material.random(random, texture, 0.4, 0, 10);
    double half = width * (0.25 + 0.5 * random.nextDouble());
    double thickness = half * (0.4 + 0.8 * random.nextDouble());
    double angle = Math.PI * random.nextDouble();
    double x = width * random.nextDouble();
    double y = height * random.nextDouble();
    return new Figure(
        null, Shape.BAR, material, x, y, half, thickness, angle, random, width, height);
  }

  /**
   * The visible part of a figure.
   *
   * @param share visible pixels divided by the figure's whole area
   * @param box around the visible pixels; empty if there are none
   */
  private record Visible(double share, Box box) {}

  private static Visible visible(Figure figure, List<Figure> figures) {
    List<Figure> inFront = figures.subList(figures.indexOf(figure) + 1, figures.size());
    int count = 0;
    int xMin = Integer.MAX_VALUE;
    int yMin = Integer.MAX_VALUE;
    int xMax = 0;
    int yMax = 0;
    for (int y = figure.top; y < figure.bottom; y++) {
      for (int x = figure.left; x < figure.right; x++) {
        if (2 * figure.coverage(x, y) >= Figure.FULL && !isHidden(x, y, inFront)) {
          count++;
          xMin = Math.min(xMin, x);
          yMin = Math.min(yMin, y);
          xMax = Math.max(xMax, x + 1);
          yMax = Math.max(yMax, y + 1);
        }
      }
    }
    Box box = count == 0 ? new Box(0, 0, 0, 0) : new Box(xMin, yMin, xMax, yMax);
    return new Visible(count / figure.wholeArea(), box);
  }

  private static boolean isHidden(int x, int y, List<Figure> inFront) {
    for (Figure figure : inFront) {
      if (2 * figure.coverage(x, y) >= Figure.FULL) {
        return true;
      }
    }
    return false;
  }

  static List<GroundTruth> groundTruth(List<Figure> figures) {
    List<GroundTruth> objects = new ArrayList<>();
    for (Figure figure : figures) {
      if (figure.className != null) {
        Visible visible = visible(figure, figures);
        boolean difficult =
            visible.share < DIFFICULT_VISIBLE
                || Math.min(visible.box.width(), visible.box.height()) < DIFFICULT_SIDE;
        boolean truncated = figure.shareInPicture() < WHOLE;
        objects.add(new GroundTruth(figure.className, visible.box, difficult, truncated));
      }
    }
    return objects;
  }

  /**
   * Draws a picture of the classification set.
   *
   * @param className one of {@link #auxiliaryClasses}
   * @param index number of the picture in the class's endless series, from 0
   * @throws IllegalArgumentException if there is no such class
   */
  public RgbImage auxiliaryImage(String className, int index) {
    int label = auxiliaryClasses().indexOf(className);
    if (label < 0) {
      throw new IllegalArgumentException(
          "There is no class '%s' in the classification set.".formatted(className));
    }
    ObjectClass kind = AUXILIARY.get(label);
    RandomGenerator random = randomFor(2 + label, index);
    Canvas canvas = new Canvas(CROP, CROP);
    Backdrop.paint(canvas, random);
    double half = CROP * (0.3 + 0.25 * random.nextDouble());
    double x = CROP * (0.5 + 0.1 * random.nextGaussian());
    double y = CROP * (0.5 + 0.1 * random.nextGaussian());
    Figure figure = figure(kind, x, y, half, random, CROP, CROP);
    figure.castShadow(canvas, 3 * random.nextGaussian(), 3 * random.nextGaussian(), 0.3);
    figure.draw(canvas);
    if (random.nextInt(4) == 0) {
      bar(random, CROP, CROP).draw(canvas);
    }
    canvas.blur(0.8 * random.nextDouble());
    canvas.expose(random);
    return canvas.toImage();
  }

  /**
   * Writes scenes as a VOC development kit: {@code JPEGImages}, {@code Annotations} and {@code
   * ImageSets/Main} with the splits train, val, trainval and test and their per-class lists.
   *
   * @param folder where to write; created if missing
   * @param train how many scenes to train on
   * @param val how many to validate on
   * @param test how many to test on
   * @throws IOException if a file cannot be written
   */
  public void writeDevkit(Path folder, int train, int val, int test) throws IOException {
    Path images = Files.createDirectories(folder.resolve("JPEGImages"));
    Path annotations = Files.createDirectories(folder.resolve("Annotations"));
    Path sets = Files.createDirectories(folder.resolve("ImageSets").resolve("Main"));
    String name = String.valueOf(folder.toAbsolutePath().getFileName());
    List<Annotation> written =
        inParallel(
            train + val + test,
            index -> {
              Scene scene = scene(index);
              String id = scene.annotation().imageId();
              float quality = 0.6f + 0.3f * randomFor(0, index).nextFloat();
              Files.write(images.resolve(id + ".jpg"), jpeg(scene.image(), quality));
              VocAnnotationWriter.write(
                  annotations.resolve(id + ".xml"), name, id + ".jpg", scene.annotation());
              return scene.annotation();
            });
    Map<String, List<Annotation>> splits = new LinkedHashMap<>();
    splits.put("train", written.subList(0, train));
    splits.put("val", written.subList(train, train + val));
    splits.put("trainval", written.subList(0, train + val));
    splits.put("test", written.subList(train + val, train + val + test));
    for (Map.Entry<String, List<Annotation>> split : splits.entrySet()) {
      writeLists(sets, split.getKey(), split.getValue());
    }
  }

  private static void writeLists(Path sets, String split, List<Annotation> annotations)
      throws IOException {
    StringBuilder ids = new StringBuilder();
    annotations.forEach(annotation -> ids.append(annotation.imageId()).append('\n'));
    writeText(sets.resolve(split + ".txt"), ids);
    for (String className : classes()) {
      StringBuilder list = new StringBuilder();
      for (Annotation annotation : annotations) {
        list.append(
            String.format(
                Locale.ROOT, "%s %2d\n", annotation.imageId(), presence(annotation, className)));
      }
      writeText(sets.resolve(className + "_" + split + ".txt"), list);
    }
  }

  /**
   * 1 if the image has an object of the class, 0 if it has only difficult ones, −1 if it has none.
   */
  private static int presence(Annotation annotation, String className) {
    int presence = -1;
    for (GroundTruth object : annotation.objects()) {
      if (object.className().equals(className)) {
        presence = Math.max(presence, object.difficult() ? 0 : 1);
      }
    }
    return presence;
  }

  private static void writeText(Path file, CharSequence text) throws IOException {
    Files.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes the classification set as {@code train/CLASS/*.jpg} and {@code val/CLASS/*.jpg}.
   *
   * @param folder where to write; created if missing
   * @param trainPerClass training pictures of each class
   * @param valPerClass validation pictures of each class
   * @throws IOException if a file cannot be written
   */
  public void writeAuxiliarySet(Path folder, int trainPerClass, int valPerClass)
      throws IOException {
    List<String> names = auxiliaryClasses();
    for (String name : names) {
      Files.createDirectories(folder.resolve("train").resolve(name));
      Files.createDirectories(folder.resolve("val").resolve(name));
    }
    int perClass = trainPerClass + valPerClass;
    inParallel(
        names.size() * perClass,
        i -> {
          String name = names.get(i / perClass);
          int index = i % perClass;
          Path split = folder.resolve(index < trainPerClass ? "train" : "val");
          byte[] jpeg = jpeg(auxiliaryImage(name, index), 0.85f);
          return Files.write(
              split.resolve(name).resolve(String.format(Locale.ROOT, "%05d.jpg", index)), jpeg);
        });
  }

  private interface Drawing<T> {
    T draw(int index) throws IOException;
  }

  private static <T> List<T> inParallel(int count, Drawing<T> drawing) throws IOException {
    try {
      return IntStream.range(0, count)
          .parallel()
          .mapToObj(
              index -> {
                try {
                  return drawing.draw(index);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static byte[] jpeg(RgbImage image, float quality) throws IOException {
    BufferedImage picture =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = image.rgb();
    int[] pixels = new int[image.width() * image.height()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
    }
    picture.setRGB(0, 0, image.width(), image.height(), pixels, 0, image.width());
    ImageWriter writer = ownJpegWriter();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(quality);
      writer.setOutput(output);
      writer.write(null, new IIOImage(picture, null, null), settings);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** The JDK's own writer, so that plug-ins on the class path do not change the bytes. */
  private static ImageWriter ownJpegWriter() {
    var writers = ImageIO.getImageWritersByFormatName("jpeg");
    while (writers.hasNext()) {
      ImageWriter writer = writers.next();
      if (writer.getClass().getModule() == ImageIO.class.getModule()) {
        return writer;
      }
    }
    throw new IllegalStateException("This JDK has no JPEG writer of its own; use a complete JDK.");
  }
}
