/**
 * How fast networks run, ours beside others'.
 *
 * <p>A {@link org.rcnn.cnn.speed.ForwardTask} is one batch to be brought through one network;
 * {@link org.rcnn.cnn.speed.OwnForward} and every {@link org.rcnn.cnn.speed.ForwardPeer} on the
 * class path turn it into a {@link org.rcnn.cnn.speed.ForwardPass}, which runs as often as asked
 * and tells the time. {@link org.rcnn.cnn.speed.MatrixPeak} is what the machine could do at best.
 */
package org.rcnn.cnn.speed;
