/**
 * How fast networks run and learn, ours beside others'.
 *
 * <p>A {@link org.rcnn.cnn.speed.ForwardTask} is one batch to run through one network; {@link
 * org.rcnn.cnn.speed.OwnForward} and every {@link org.rcnn.cnn.speed.ForwardPeer} on the class path
 * turn it into a {@link org.rcnn.cnn.speed.ForwardPass}, which runs as often as asked and returns
 * the time. In the same way {@link org.rcnn.cnn.speed.OwnTraining} and every {@link
 * org.rcnn.cnn.speed.TrainingPeer} turn a {@link org.rcnn.cnn.speed.TrainingTask}, one batch to
 * learn from, into a {@link org.rcnn.cnn.speed.TrainingRun}. {@link org.rcnn.cnn.speed.MatrixPeak}
 * is the machine's best possible speed.
 */
package org.rcnn.cnn.speed;
