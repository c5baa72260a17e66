/**
 * How the network learns: first to classify images, then to classify regions.
 *
 * <p>Detection sets are too small to train a large network from scratch. So {@link
 * org.rcnn.cnn.train.Pretraining} trains it on a large classification set, and {@link
 * org.rcnn.cnn.train.FineTuning} continues on warped regions with loose labels ({@link
 * org.rcnn.cnn.train.RegionPool}: IoU of at least 0.5 is a positive), 32 positives and 96
 * backgrounds a batch. Both follow Caffe's update rule, resume from a checkpoint, and give the same
 * weights for the same seed, machine and thread count. On a GPU they do not: some of its gradients
 * are summed in an order that varies.
 */
package org.rcnn.cnn.train;
