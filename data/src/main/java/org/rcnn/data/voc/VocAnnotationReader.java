package org.rcnn.data.voc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RegularFile;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.FileIndex;
import org.rcnn.data.dataset.ObjectRules;
import org.rcnn.data.dataset.Outlines;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Reads annotation files in the XML of the VOC development kit.
 *
 * <p>It reads the image's size and, for every object, the name, the box, and the flags {@code
 * difficult} and {@code truncated}. A missing flag is unset, one other than 0 or 1 is reported.
 * Coordinates may be fractional. The boxes of an object's {@code <part>}s (heads, hands, feet) are
 * not objects. An {@code <object>} with several {@code <bndbox>}es is as many objects. In place of
 * a {@code <bndbox>} a {@code <robndbox>} (rotated, from roLabelImg) or a {@code <polygon>} may
 * stand; its bounding box is used, which is noted. Of any other element that is there twice, the
 * first counts, and the others are reported.
 *
 * <p>An object is reported and left out if it has no name or box, if its name cannot be part of a
 * file name, because files are named after classes; if its coordinates are not numbers or its
 * corners are swapped; or if it has no area ({@link ObjectRules}). "No area" means that opposite
 * corners are equal: taken literally, such a box is one pixel wide, but nobody annotates that on
 * purpose. Boxes are not compared with the size ({@link org.rcnn.data.dataset.PictureCheck} does
 * that, with the picture). A missing size is reported and becomes 0 × 0.
 *
 * <p>A document type declaration is refused, so that a file can neither include other files nor
 * expand without bound. So are files of more than {@link #MOST_BYTES}, which take about fifty times
 * as much memory, and elements nested more than {@link #DEEPEST} deep.
 */
public final class VocAnnotationReader {

  /** The most bytes of a file that is read: ten thousand objects. */
  public static final long MOST_BYTES = 4L << 20;

  /** How deep elements may be nested; those that are read are at most five deep. */
  public static final int DEEPEST = 32;

  /** The number of the message of the JDK's parser on elements nested too deep. */
  private static final String TOO_DEEP = "JAXP00010006";

  private static final String[] CORNERS = {"xmin", "ymin", "xmax", "ymax"};

  private final String file;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> notes = new LinkedHashSet<>();

  private VocAnnotationReader(String file) {
    this.file = file;
  }

  /**
   * Reads a file; the image's id is the file's name without its ending.
   *
   * @throws IOException with a one-sentence message, if there is no such file or it is not a VOC
   *     annotation
   */
  public static AnnotationReading read(Path file) throws IOException {
    return read(file, FileIndex.name(file.toAbsolutePath().getParent(), file.toAbsolutePath()));
  }

  /**
   * Reads a file.
   *
   * @param imageId the image that it describes
   * @throws IOException as {@link #read(Path)} does
   */
  public static AnnotationReading read(Path file, String imageId) throws IOException {
    byte[] xml;
    try {
      Optional<String> refusal = RegularFile.refusal(file, MOST_BYTES);
      if (refusal.isPresent()) {
        throw unusable(file.toString(), refusal.get(), null);
      }
    } catch (NoSuchFileException e) {
      throw unusable(file.toString(), "does not exist", e);
    }
    try {
      xml = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw unusable(file.toString(), "does not exist", e);
    } catch (IOException e) {
      throw unusable(file.toString(), "cannot be read: " + e.getMessage(), e);
    }
    return read(xml, imageId, file.toString());
  }

  /**
   * Reads the bytes of a file.
   *
   * @param xml the file's content
   * @param imageId the image that it describes
   * @param file the file's name in errors and problems
   * @throws IOException with a one-sentence message, if the bytes are not a VOC annotation
   */
  public static AnnotationReading read(byte[] xml, String imageId, String file) throws IOException {
    Element root = parse(xml, file);
    if (!root.getTagName().equals("annotation")) {
      throw unusable(
          file,
          "has the root element <%s> instead of <annotation>".formatted(root.getTagName()),
          null);
    }
    return new VocAnnotationReader(file).read(root, imageId);
  }

  private static Element parse(byte[] xml, String file) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setExpandEntityReferences(false);
      factory.setAttribute("jdk.xml.maxElementDepth", Integer.toString(DEEPEST));
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(THROWING);
      return builder.parse(new ByteArrayInputStream(xml)).getDocumentElement();
    } catch (SAXParseException e) {
      if (e.getMessage().contains(TOO_DEEP)) {
        throw unusable(
            file,
            "nests elements more than %d deep (line %d)".formatted(DEEPEST, e.getLineNumber()),
            e);
      }
      throw unusable(
          file,
          "is not well-formed XML (line %d: %s)"
              .formatted(e.getLineNumber(), e.getMessage().replaceAll("\\.$", "")),
          e);
    } catch (SAXException | IOException e) {
      throw unusable(file, "is not well-formed XML: " + e.getMessage(), e);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(
          "The JDK's XML parser does not support secure processing.", e);
    }
  }

  // The parser's default handler prints to standard error before it throws.
  private static final ErrorHandler THROWING =
      new ErrorHandler() {
        @Override
        public void warning(SAXParseException e) {}

        @Override
        public void error(SAXParseException e) throws SAXException {
          throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
          throw e;
        }
      };

  /** The error for an annotation file that cannot be used at all. */
  static IOException unusable(String file, String problem, Throwable cause) {
    return new IOException("The annotation %s %s.".formatted(file, problem), cause);
  }

  private AnnotationReading read(Element root, String imageId) {
    Element size = child(root, "size", "it");
    int width = sideOf(size, "width");
    int height = sideOf(size, "height");
    if (width == 0 || height == 0) {
      report("the image size is missing or invalid; boxes are compared with the picture alone");
      width = 0;
      height = 0;
    }
    List<GroundTruth> objects = new ArrayList<>();
    int number = 0;
    for (Element object : children(root, "object")) {
      number++;
      String what = "object " + number;
      String name = text(object, "name", what);
      if (!name.isEmpty()) {
        what += " (" + ObjectRules.shown(name) + ")";
      }
      Optional<String> unfit = ObjectRules.nameProblem(name);
      if (unfit.isPresent()) {
        report("%s %s; it is left out", what, unfit.get());
        continue;
      }
      boolean difficult = flag(object, "difficult", what);
      boolean truncated = flag(object, "truncated", what);
      for (Box box : boxesOf(object, what)) {
        objects.add(new GroundTruth(name, box, difficult, truncated));
      }
    }
    return new AnnotationReading(
        new Annotation(imageId, width, height, objects), problems, List.copyOf(notes));
  }

  /** The object's usable boxes; the problems of others are reported. */
  private List<Box> boxesOf(Element object, String what) {
    List<Box> boxes = new ArrayList<>();
    List<Element> upright = children(object, "bndbox");
    for (int i = 0; i < upright.size(); i++) {
      String which = upright.size() == 1 ? what : "%s, box %d,".formatted(what, i + 1);
      boxOf(upright.get(i), which).ifPresent(boxes::add);
    }
    if (!upright.isEmpty()) {
      return boxes;
    }
    List<Element> rotated = children(object, "robndbox");
    List<Element> polygons = children(object, "polygon");
    if (rotated.isEmpty() && polygons.isEmpty()) {
      report("%s has no <bndbox>; it is left out", what);
    }
    for (Element shape : rotated) {
      notes.add(Outlines.ROTATED);
      corners(rotatedCorners(shape), what).ifPresent(boxes::add);
    }
    for (Element shape : polygons) {
      notes.add(Outlines.POLYGONS);
      corners(points(shape), what).ifPresent(boxes::add);
    }
    return boxes;
  }

  private Optional<Box> boxOf(Element bndbox, String what) {
    double[] corners = new double[4];
    for (int i = 0; i < 4; i++) {
      String text = text(bndbox, CORNERS[i], what);
      corners[i] = number(text);
      if (!Double.isFinite(corners[i])) {
        report("%s has the %s '%s', which is not a number; it is left out", what, CORNERS[i], text);
        return Optional.empty();
      }
    }
    return usable(corners, what);
  }

  /** The bounding box of a shape's points, x and y in turns. */
  private Optional<Box> corners(double[] points, String what) {
    if (points.length < 4 || !Arrays.stream(points).allMatch(Double::isFinite)) {
      report("%s has an outline that is not made of numbers; it is left out", what);
      return Optional.empty();
    }
    return usable(Outlines.around(points), what);
  }

  private Optional<Box> usable(double[] corners, String what) {
    Optional<String> problem = ObjectRules.boxProblem(corners);
    if (problem.isPresent()) {
      report("%s %s; it is left out", what, problem.get());
      return Optional.empty();
    }
    return Optional.of(Box.ofVoc(corners[0], corners[1], corners[2], corners[3]));
  }

  /** Centre, sides and angle in radians, as roLabelImg writes them. */
  private double[] rotatedCorners(Element shape) {
    double[] v = new double[5];
    String[] names = {"cx", "cy", "w", "h", "angle"};
    for (int i = 0; i < 5; i++) {
      v[i] = number(text(shape, names[i], "the rotated box"));
    }
    double right = Math.abs(v[2] / 2 * Math.cos(v[4])) + Math.abs(v[3] / 2 * Math.sin(v[4]));
    double down = Math.abs(v[2] / 2 * Math.sin(v[4])) + Math.abs(v[3] / 2 * Math.cos(v[4]));
    return new double[] {v[0] - right, v[1] - down, v[0] + right, v[1] + down};
  }

  /**
   * A polygon's {@code <x1>, <y1>, <x2> ...} (Roboflow), or {@code <pt><x/><y/></pt>} (LabelMe).
   */
  private double[] points(Element polygon) {
    List<Double> points = new ArrayList<>();
    for (Element point : children(polygon, "pt")) {
      points.add(number(text(point, "x", "a polygon's point")));
      points.add(number(text(point, "y", "a polygon's point")));
    }
    Map<String, String> coordinates = new HashMap<>();
    for (Element coordinate : elements(polygon)) {
      String text = coordinate.getTextContent().strip();
      String other = coordinates.putIfAbsent(coordinate.getTagName(), text);
      if (other != null && !other.equals(text)) {
        report("a polygon has different <%s>; the first counts", coordinate.getTagName());
      }
    }
    for (int i = 1; coordinates.containsKey("x" + i); i++) {
      points.add(number(coordinates.get("x" + i)));
      points.add(number(coordinates.getOrDefault("y" + i, "")));
    }
    return points.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void report(String problem, Object... values) {
    problems.add("In the annotation %s, %s.".formatted(file, problem.formatted(values)));
  }

  private int sideOf(Element size, String side) {
    double value = size == null ? 0 : number(text(size, side, "the size"));
    return value >= 1 && value <= Integer.MAX_VALUE ? (int) value : 0;
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private boolean flag(Element object, String name, String what) {
    String value = text(object, name, what).toLowerCase(Locale.ROOT);
    boolean set = value.equals("1") || value.equals("true");
    if (!set && !value.isEmpty() && !value.equals("0") && !value.equals("false")) {
      report("%s has the <%s> '%s', which is neither 0 nor 1; it counts as 0", what, name, value);
    }
    return set;
  }

  private String text(Element parent, String name, String what) {
    Element child = child(parent, name, what);
    return child == null ? "" : child.getTextContent().strip();
  }

  /** The first child of a name; others that say something else are reported. */
  private Element child(Element parent, String name, String what) {
    List<Element> found = children(parent, name);
    if (found.isEmpty()) {
      return null;
    }
    long texts = found.stream().map(e -> e.getTextContent().strip()).distinct().count();
    if (texts > 1) {
      report("%s has %d different <%s>; the first counts", what, texts, name);
    }
    return found.get(0);
  }

  /** Direct children only: a part's box lies one level deeper than its object's. */
  private static List<Element> children(Element parent, String name) {
    return elements(parent).stream().filter(child -> child.getTagName().equals(name)).toList();
  }

  private static List<Element> elements(Element parent) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        found.add(element);
      }
    }
    return found;
  }
}
