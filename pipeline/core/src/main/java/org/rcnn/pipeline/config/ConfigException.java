package org.rcnn.pipeline.config;

/** An invalid configuration. The message names the key and the values that it takes. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * An invalid configuration.
   *
   * @param message a sentence that says which key is wrong, and what it takes
   */
  public ConfigException(String message) {
    super(message);
  }
}
