package org.rcnn.cnn.peers;

/** torch in Python with the malloc settings that our own launcher makes. */
public final class TunedPythonTorchTrainer extends PythonTorchTrainer {

  /** Made by the service loader. */
  public TunedPythonTorchTrainer() {
    super(true);
  }
}
