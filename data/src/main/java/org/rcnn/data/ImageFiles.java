package org.rcnn.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes image files to {@link RgbImage}.
 *
 * <p>Pictures are turned upright as their EXIF orientation says, because labelling tools show them
 * so; {@link ExifOrientation#IGNORE} switches that off. Otherwise stored values are used unchanged:
 * no colour profile or gamma is applied, as for the published networks. Grey becomes three equal
 * channels, 16-bit samples keep their high byte, palettes are looked up, and transparent pixels are
 * blended with white. CMYK and WebP files need plug-ins on the class path (TwelveMonkeys' are
 * present at run time).
 *
 * <p>Only regular files are read, of at most {@link #MOST_BYTES}, and only pictures of at most
 * {@link #MOST_PIXELS}, which is seen in the header before memory is taken for them.
 *
 * <p>A truncated JPEG is refused. The decoder would fill the missing part with grey, and a network
 * would learn from that.
 *
 * <p>Any number of threads may read at once; ImageIO's global settings are not touched.
 */
public final class ImageFiles {

  /**
   * The warning of the JDK's JPEG decoder that it filled a missing part with grey. A file that
   * lacks only its end marker is complete and gets another warning.
   */
  private static final String PREMATURE_END = "Corrupt JPEG data: premature end of data";

  /** The most bytes of a file that is read. */
  public static final long MOST_BYTES = 512L << 20;

  /** The most pixels of a picture that is decoded: no camera has as many. */
  public static final long MOST_PIXELS = 200_000_000;

  /** How often a decoder may read beyond the end: some look a few bytes ahead. */
  private static final int MOST_ENDS = 4096;

  private ImageFiles() {}

  /**
   * The image in a file, turned upright.
   *
   * @throws IOException if the file is missing or cannot be decoded; the message names it
   */
  public static RgbImage read(Path file) throws IOException {
    return read(file, ExifOrientation.APPLY);
  }

  /**
   * The image in a file.
   *
   * @param exif whether it is turned upright
   * @throws IOException if the file is missing or cannot be decoded; the message names it
   */
  public static RgbImage read(Path file, ExifOrientation exif) throws IOException {
    return read(bytesOf(file), file.toString(), exif);
  }

  /**
   * The image in the bytes of a file, turned upright.
   *
   * @param name what to call the image in an error
   * @throws IOException if it cannot be decoded
   */
  public static RgbImage read(byte[] file, String name) throws IOException {
    return read(file, name, ExifOrientation.APPLY);
  }

  /**
   * The image in the bytes of a file.
   *
   * @param name what to call the image in an error
   * @param exif whether it is turned upright
   * @throws IOException if it cannot be decoded
   */
  public static RgbImage read(byte[] file, String name, ExifOrientation exif) throws IOException {
    RgbImage stored = decode(file, name, ImageFiles::pixels);
    return exif == ExifOrientation.IGNORE
        ? stored
        : Orientation.turned(stored, Orientation.of(file));
  }

  /**
   * The size of the image in a file, upright, read only from its header.
   *
   * @return {@code {width, height}}
   * @throws IOException if the file is missing or its header cannot be read
   */
  public static int[] size(Path file) throws IOException {
    ImageHeader header = header(bytesOf(file), file.toString());
    return new int[] {header.width(ExifOrientation.APPLY), header.height(ExifOrientation.APPLY)};
  }

  /**
   * The size and orientation of the image in the bytes of a file.
   *
   * @param name what to call the image in an error
   * @throws IOException if its header cannot be read
   */
  public static ImageHeader header(byte[] file, String name) throws IOException {
    return decode(
        file,
        name,
        reader -> {
          requireSize(reader);
          return new ImageHeader(reader.getWidth(0), reader.getHeight(0), Orientation.of(file));
        });
  }

  private interface Decoding<T> {
    T of(ImageReader reader) throws IOException;
  }

  /**
   * The bytes of an image file.
   *
   * @throws IOException if there is no such file or it cannot be read; the message names it
   */
  public static byte[] bytesOf(Path file) throws IOException {
    try {
      Optional<String> refusal = RegularFile.refusal(file, MOST_BYTES);
      if (refusal.isPresent()) {
        throw new IOException("it " + refusal.get());
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("There is no image file %s.".formatted(file), e);
    } catch (IOException e) {
      String why = e instanceof AccessDeniedException ? "access is denied" : reason(e);
      throw new IOException("The image file %s cannot be read: %s.".formatted(file, why), e);
    }
  }

  private static <T> T decode(byte[] file, String name, Decoding<T> decoding) throws IOException {
    if (file.length == 0) {
      throw new IOException("The image %s is empty: it has no bytes.".formatted(name));
    }
    Exception firstFailure = null;
    try (ImageInputStream input = inMemory(file)) {
      for (ImageReader reader : readersFor(input)) {
        try (ImageInputStream fresh = inMemory(file)) {
          reader.setInput(fresh, true, true);
          return decoding.of(reader);
        } catch (OutOfMemoryError e) {
          // Only this image's arrays do not fit in memory; other images can still be read.
          throw new IOException(
              "The image %s does not fit in the free memory; scale it down or raise Java's limit (-Xmx)."
                  .formatted(name),
              e);
        } catch (IOException | RuntimeException e) {
          // Broken files make the codecs throw anything from EOFException to array index errors.
          firstFailure = firstFailure == null ? e : firstFailure;
        } catch (StackOverflowError e) {
          // Directories in directories.
          firstFailure = new IOException("its parts are nested too deep", e);
        } finally {
          reader.dispose();
        }
      }
    }
    if (firstFailure == null) {
      throw new IOException(
          "%s is not an image in a supported format (JPEG, PNG, BMP, GIF, TIFF, WebP)."
              .formatted(name));
    }
    throw new IOException(
        "The image %s cannot be decoded: %s.".formatted(name, reason(firstFailure)), firstFailure);
  }

  private static String reason(Exception failure) {
    String message = failure.getMessage();
    if (failure instanceof EOFException) {
      return "it ends early";
    }
    // Java's own exceptions, out of a codec, say nothing to people.
    boolean accident =
        failure instanceof NullPointerException
            || failure instanceof IndexOutOfBoundsException
            || failure instanceof NegativeArraySizeException
            || failure instanceof ClassCastException;
    return accident || message == null || message.isBlank() || message.contains("Exception")
        ? "its bytes make no sense"
        : message.strip().replaceAll("\\.$", "");
  }

  // ImageIO.createImageInputStream would follow the global cache setting and may write to disk.
  private static ImageInputStream inMemory(byte[] file) {
    return new EndingStream(file);
  }

  /**
   * A stream that says only so often that it has ended. The WebP plug-in takes nothing for zeros,
   * and would fill a picture of millions of pixels from a file of a few bytes, for minutes.
   */
  private static final class EndingStream extends MemoryCacheImageInputStream {

    private int ends;

    EndingStream(byte[] file) {
      super(new ByteArrayInputStream(file));
    }

    @Override
    public int read() throws IOException {
      return told(super.read());
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
      return told(super.read(into, from, count));
    }

    private int told(int read) throws IOException {
      if (read < 0 && ++ends > MOST_ENDS) {
        throw new IOException("it ends early");
      }
      return read;
    }
  }

  /**
   * The readers that accept the file, the JDK's own first: on VOC photos it took 0.6 to 0.9 of the
   * plug-in's time. The plug-in reads files that the JDK refuses.
   */
  private static List<ImageReader> readersFor(ImageInputStream input) {
    List<ImageReader> readers = new ArrayList<>();
    int own = 0;
    for (Iterator<ImageReader> found = ImageIO.getImageReaders(input); found.hasNext(); ) {
      ImageReader reader = found.next();
      if (reader.getClass().getModule() == ImageIO.class.getModule()) {
        readers.add(own++, reader);
      } else {
        readers.add(reader);
      }
    }
    return readers;
  }

  private static void requireSize(ImageReader reader) throws IOException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if ((long) width * height > MOST_PIXELS) {
      throw new IOException(
          "it has %,d x %,d pixels, and at most %,d are read; scale it down"
              .formatted(width, height, MOST_PIXELS));
    }
  }

  private static RgbImage pixels(ImageReader reader) throws IOException {
    requireSize(reader);
    boolean[] cutShort = new boolean[1];
    reader.addIIOReadWarningListener(
        (source, warning) -> cutShort[0] |= warning.startsWith(PREMATURE_END));
    BufferedImage image = reader.read(0);
    if (cutShort[0]) {
      throw new IOException("the file is cut short");
    }
    return toRgb(image);
  }

  /** The pixels of a decoded picture, converted as this class describes. */
  public static RgbImage toRgb(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[3 * width * height];
    Raster raster = image.getRaster();
    ColorModel colors = image.getColorModel();
    if (isInterleavedBytes(raster) && image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
      copyBgr(bytes(raster), rgb);
    } else if (isInterleavedBytes(raster) && image.getType() == BufferedImage.TYPE_BYTE_GRAY) {
      copyGrey(bytes(raster), rgb);
    } else if (colors instanceof IndexColorModel palette) {
      copyPalette(raster, palette, rgb);
    } else if (hasPlainSamples(colors)) {
      copySamples(raster, colors.getComponentSize(0) - 8, rgb);
    } else {
      copyConverted(image, rgb);
    }
    return new RgbImage(width, height, rgb);
  }

  /** Whether the raster's byte array holds exactly the pixels, in order. */
  private static boolean isInterleavedBytes(Raster raster) {
    int bands = raster.getNumBands();
    return raster.getDataBuffer() instanceof DataBufferByte buffer
        && raster.getSampleModel() instanceof PixelInterleavedSampleModel model
        && model.getScanlineStride() == bands * raster.getWidth()
        && buffer.getNumBanks() == 1
        && buffer.getOffset() == 0
        && buffer.getSize() == bands * raster.getWidth() * raster.getHeight();
  }

  private static byte[] bytes(Raster raster) {
    return ((DataBufferByte) raster.getDataBuffer()).getData();
  }

  private static void copyBgr(byte[] bgr, byte[] rgb) {
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = bgr[i + 2];
      rgb[i + 1] = bgr[i + 1];
      rgb[i + 2] = bgr[i];
    }
  }

  // getRGB is avoided: Java's grey colour space is linear, so it would brighten the image.
  private static void copyGrey(byte[] grey, byte[] rgb) {
    for (int i = 0; i < grey.length; i++) {
      byte value = grey[i];
      rgb[3 * i] = value;
      rgb[3 * i + 1] = value;
      rgb[3 * i + 2] = value;
    }
  }

  private static void copyPalette(Raster raster, IndexColorModel palette, byte[] rgb) {
    int[] colors = new int[palette.getMapSize()];
    palette.getRGBs(colors);
    int width = raster.getWidth();
    int[] row = new int[width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
      for (int x = 0; x < width; x++) {
        putOnWhite(colors[row[x]], rgb, 3 * (y * width + x));
      }
    }
  }

  /**
   * Whether the samples are grey or RGB, 8 or 16 bits each, optionally followed by an alpha band.
   */
  private static boolean hasPlainSamples(ColorModel colors) {
    int space = colors.getColorSpace().getType();
    return colors instanceof ComponentColorModel
        && (space == ColorSpace.TYPE_GRAY || space == ColorSpace.TYPE_RGB)
        && !(colors.hasAlpha() && colors.isAlphaPremultiplied())
        && (colors.getComponentSize(0) == 8 || colors.getComponentSize(0) == 16);
  }

  private static void copySamples(Raster raster, int shift, byte[] rgb) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    boolean grey = bands <= 2;
    boolean alpha = bands % 2 == 0;
    int[] row = new int[width * bands];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int from = x * bands;
        int opacity = alpha ? row[from + bands - 1] >> shift : 255;
        for (int channel = 0; channel < 3; channel++) {
          int value = row[grey ? from : from + channel] >> shift;
          rgb[3 * (y * width + x) + channel] = (byte) onWhite(value, opacity);
        }
      }
    }
  }

  private static void copyConverted(BufferedImage image, byte[] rgb) {
    int width = image.getWidth();
    int[] row = new int[width];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        putOnWhite(row[x], rgb, 3 * (y * width + x));
      }
    }
  }

  private static void putOnWhite(int argb, byte[] rgb, int at) {
    int opacity = argb >>> 24;
    rgb[at] = (byte) onWhite(argb >> 16 & 0xff, opacity);
    rgb[at + 1] = (byte) onWhite(argb >> 8 & 0xff, opacity);
    rgb[at + 2] = (byte) onWhite(argb & 0xff, opacity);
  }

  private static int onWhite(int value, int opacity) {
    return opacity == 255 ? value : (value * opacity + 255 * (255 - opacity) + 127) / 255;
  }
}
