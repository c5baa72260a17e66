package org.rcnn.pipeline.draw;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.rcnn.data.RgbImage;

/** A finished drawing, available as a file or as bytes. Immutable. */
public final class Picture {

  private static final float DEFAULT_JPEG_QUALITY = 0.9f;

  private final BufferedImage pixels;

  private Picture(BufferedImage pixels) {
    this.pixels = pixels;
  }

  /** A picture with an image's pixels. */
  public static Picture of(RgbImage image) {
    BufferedImage pixels =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    int[] out = ((DataBufferInt) pixels.getRaster().getDataBuffer()).getData();
    byte[] rgb = image.rgb();
    for (int i = 0; i < out.length; i++) {
      out[i] = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
    }
    return new Picture(pixels);
  }

  /** Wraps a canvas of {@code TYPE_INT_RGB}, which must not change any more. */
  static Picture of(BufferedImage canvas) {
    return new Picture(canvas);
  }

  /** Width in pixels. */
  public int width() {
    return pixels.getWidth();
  }

  /** Height in pixels. */
  public int height() {
    return pixels.getHeight();
  }

  /** A copy for {@code java.awt}, of type {@link BufferedImage#TYPE_INT_RGB}. */
  public BufferedImage toBufferedImage() {
    BufferedImage copy = new BufferedImage(width(), height(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = copy.createGraphics();
    graphics.drawImage(pixels, 0, 0, null);
    graphics.dispose();
    return copy;
  }

  /** The picture in another size in pixels, smoothly interpolated. */
  public Picture resize(int width, int height) {
    // Bilinear interpolation reads four pixels only, so a stronger reduction is done by halving.
    BufferedImage source = pixels;
    while (source.getWidth() > 2 * width && source.getHeight() > 2 * height) {
      source = draw(source, (source.getWidth() + 1) / 2, (source.getHeight() + 1) / 2);
    }
    return new Picture(draw(source, width, height));
  }

  private static BufferedImage draw(BufferedImage source, int width, int height) {
    BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = result.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(source, 0, 0, width, height, null);
    graphics.dispose();
    return result;
  }

  /** The bytes of a PNG file: exact, large. */
  public byte[] png() {
    return encode("png", 1);
  }

  /**
   * The bytes of a JPEG file.
   *
   * @param quality from 0 (small) to 1 (good)
   * @throws IllegalArgumentException if the quality is outside that range
   */
  public byte[] jpeg(float quality) {
    if (!(quality >= 0 && quality <= 1)) {
      throw new IllegalArgumentException(
          "JPEG quality must be between 0 and 1, not " + quality + ".");
    }
    return encode("jpeg", quality);
  }

  /**
   * Writes a PNG or JPEG file, depending on the file's ending; missing folders are created.
   *
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException if the ending is neither {@code .png} nor {@code .jpg} or
   *     {@code .jpeg}
   */
  public void write(Path file) throws IOException {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    byte[] bytes;
    if (name.endsWith(".png")) {
      bytes = png();
    } else if (name.endsWith(".jpg") || name.endsWith(".jpeg")) {
      bytes = jpeg(DEFAULT_JPEG_QUALITY);
    } else {
      throw new IllegalArgumentException(
          file + ": a picture's file name must end in .png, .jpg or .jpeg.");
    }
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    Files.write(file, bytes);
  }

  private byte[] encode(String format, float quality) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      if (format.equals("jpeg")) {
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(quality);
      }
      writer.setOutput(out);
      writer.write(null, new IIOImage(pixels, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("A picture could not be encoded as " + format + ".", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
