package org.rcnn.pipeline.report;

import java.util.Base64;
import java.util.Objects;

/** A picture inside a page, with a caption. */
final class PageImage {

  private final byte[] image;
  private final String caption;

  /**
   * A picture.
   *
   * @param image the bytes of a PNG or JPEG file; not copied
   * @param caption a line below it, may be empty
   * @throws IllegalArgumentException if the bytes are neither PNG nor JPEG
   */
  PageImage(byte[] image, String caption) {
    this.image = image;
    this.caption = Objects.requireNonNull(caption, "caption");
    if (mediaType().isEmpty()) {
      throw new IllegalArgumentException(
          "The picture \"%s\" is neither a PNG nor a JPEG file.".formatted(caption));
    }
  }

  /** The media type by the first bytes; empty if unknown. */
  private String mediaType() {
    if (image.length > 3 && image[0] == (byte) 0x89 && image[1] == 'P' && image[2] == 'N') {
      return "image/png";
    }
    boolean jpeg = image.length > 3 && image[0] == (byte) 0xff && image[1] == (byte) 0xd8;
    return jpeg ? "image/jpeg" : "";
  }

  /**
   * Appends the picture as a figure with its caption.
   *
   * @param description what it shows, for those who cannot see it
   */
  void appendTo(Html html, String description) {
    String data = Base64.getEncoder().encodeToString(image);
    html.open("figure");
    html.empty("img", "src", "data:" + mediaType() + ";base64," + data, "alt", description);
    if (!caption.isEmpty()) {
      html.leaf("figcaption", caption);
    }
    html.close();
  }

  String caption() {
    return caption;
  }
}
