package org.rcnn.cnn.peers;

/** torch in Python with the malloc settings that our own launcher makes. */
public final class TunedPythonTorchPeer extends PythonTorchPeer {

  /** Made by the service loader. */
  public TunedPythonTorchPeer() {
    super(true);
  }
}
