package org.rcnn.cli.options;

import java.util.ArrayList;
import org.rcnn.cnn.network.Architectures;

/** The names of the networks that there are, for an option's help and completion. */
public final class NetworkNames extends ArrayList<String> {

  private static final long serialVersionUID = 1L;

  /** All of them. */
  public NetworkNames() {
    super(Architectures.names());
  }
}
