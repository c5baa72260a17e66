package org.rcnn.pipeline.config;

/** A configuration that cannot be used; the message names the key and what it takes. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** A refusal in one sentence. */
  public ConfigException(String message) {
    super(message);
  }
}
