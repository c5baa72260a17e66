package org.rcnn.data.voc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.AnnotationReading;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Reads annotation files in the XML of the VOC development kit.
 *
 * <p>It reads the image's size and, for every object, the name, the box, and the flags {@code
 * difficult} and {@code truncated}. A missing flag is unset. Coordinates may be fractional. The
 * boxes of an object's {@code <part>}s (heads, hands, feet) are not objects.
 *
 * <p>An object is reported and left out if it has no name or box; if its name contains a slash or a
 * control character, because files are named after classes; if its coordinates are not numbers or
 * its corners are swapped; if it has no area; or if it is entirely outside the image. "No area"
 * means that opposite corners are equal: taken literally, such a box is one pixel wide, but nobody
 * annotates that on purpose. A box that reaches beyond the image is reported and kept unclipped,
 * because the VOC protocol scores boxes unclipped. A missing image size is reported and becomes 0 ×
 * 0; boxes are then not compared with it.
 *
 * <p>A document type declaration is refused, so that a file can neither include other files nor
 * expand without bound.
 */
public final class VocAnnotationReader {

  private static final String[] CORNERS = {"xmin", "ymin", "xmax", "ymax"};

  /** Largest accepted coordinate: beyond it is a typing error, and sums could overflow. */
  private static final double FARTHEST = 1e9;

  /** Result files and folders of crops are named after classes. */
  private static final Pattern UNFIT_FOR_A_FILE = Pattern.compile("[/\\\\\\p{Cntrl}]");

  private final String file;
  private final List<String> problems = new ArrayList<>();

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
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    byte[] xml;
    try {
      xml = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw unusable(file.toString(), "does not exist", e);
    } catch (IOException e) {
      throw unusable(file.toString(), "cannot be read: " + e.getMessage(), e);
    }
    return read(xml, dot < 0 ? name : name.substring(0, dot), file.toString());
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
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(THROWING);
      return builder.parse(new ByteArrayInputStream(xml)).getDocumentElement();
    } catch (SAXParseException e) {
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
    Element size = child(root, "size");
    int width = sideOf(size, "width");
    int height = sideOf(size, "height");
    if (width == 0 || height == 0) {
      report("the image size is missing or invalid; boxes are not compared with it");
      width = 0;
      height = 0;
    }
    List<GroundTruth> objects = new ArrayList<>();
    int number = 0;
    for (Element object : children(root, "object")) {
      number++;
      String name = text(object, "name");
      String what = name.isEmpty() ? "object " + number : "object %d (%s)".formatted(number, name);
      if (name.isEmpty()) {
        report("%s has no name; it is left out", what);
        continue;
      }
      if (name.matches("\\.{1,2}") || UNFIT_FOR_A_FILE.matcher(name).find()) {
        report("%s has a class name that cannot be part of a file name; it is left out", what);
        continue;
      }
      Box box = boxOf(object, what, width, height);
      if (box != null) {
        objects.add(
            new GroundTruth(name, box, flag(object, "difficult"), flag(object, "truncated")));
      }
    }
    return new AnnotationReading(new Annotation(imageId, width, height, objects), problems);
  }

  /** The object's box, or null if it has no usable one; the problem is then reported. */
  private Box boxOf(Element object, String what, int width, int height) {
    Element bndbox = child(object, "bndbox");
    if (bndbox == null) {
      report("%s has no <bndbox>; it is left out", what);
      return null;
    }
    double[] corners = new double[4];
    for (int i = 0; i < 4; i++) {
      corners[i] = number(text(bndbox, CORNERS[i]));
      if (!Double.isFinite(corners[i])) {
        report(
            "%s has the %s '%s', which is not a number; it is left out",
            what, CORNERS[i], text(bndbox, CORNERS[i]));
        return null;
      }
    }
    if (Arrays.stream(corners).anyMatch(corner -> Math.abs(corner) > FARTHEST)) {
      report("%s has a coordinate beyond 1,000,000,000; it is left out", what);
      return null;
    }
    String place =
        "%s,%s..%s,%s"
            .formatted(plain(corners[0]), plain(corners[1]), plain(corners[2]), plain(corners[3]));
    if (corners[2] < corners[0] || corners[3] < corners[1]) {
      report("%s has swapped corners, %s; it is left out", what, place);
      return null;
    }
    if (corners[2] == corners[0] || corners[3] == corners[1]) {
      report("%s has no area, %s; it is left out", what, place);
      return null;
    }
    Box box = Box.ofVoc(corners[0], corners[1], corners[2], corners[3]);
    if (width > 0 && !box.equals(box.clip(width, height))) {
      if (box.clip(width, height).isEmpty()) {
        report("%s at %s is outside the %d x %d image; it is left out", what, place, width, height);
        return null;
      }
      report("%s at %s reaches beyond the %d x %d image; it is kept", what, place, width, height);
    }
    return box;
  }

  private void report(String problem, Object... values) {
    problems.add("In the annotation %s, %s.".formatted(file, problem.formatted(values)));
  }

  private static int sideOf(Element size, String side) {
    double value = size == null ? 0 : number(text(size, side));
    return value >= 1 && value <= Integer.MAX_VALUE ? (int) value : 0;
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  private static boolean flag(Element object, String name) {
    String value = text(object, name).toLowerCase(Locale.ROOT);
    return value.equals("1") || value.equals("true");
  }

  private static String text(Element parent, String name) {
    Element child = child(parent, name);
    return child == null ? "" : child.getTextContent().strip();
  }

  private static Element child(Element parent, String name) {
    List<Element> found = children(parent, name);
    return found.isEmpty() ? null : found.get(0);
  }

  /** Direct children only: a part's box lies one level deeper than its object's. */
  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }
}
