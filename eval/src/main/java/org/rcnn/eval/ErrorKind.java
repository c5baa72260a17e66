package org.rcnn.eval;

/** What a false positive is on. The first kind that applies is taken, in this order. */
public enum ErrorKind {
  /**
   * An object of the right class, but the box fits badly (IoU from 0.1 up to the matching
   * threshold), or a better detection had found the object (a duplicate).
   */
  LOCALISATION("localisation"),
  /** An object of a similar class (IoU at least 0.1). */
  SIMILAR("similar class"),
  /** An object of any other class (IoU at least 0.1). */
  OTHER("other class"),
  /** No annotated object. */
  BACKGROUND("background");

  private final String title;

  ErrorKind(String title) {
    this.title = title;
  }

  /** The name used in tables and legends. */
  public String title() {
    return title;
  }
}
