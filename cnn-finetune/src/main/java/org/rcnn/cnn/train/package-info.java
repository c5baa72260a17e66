/**
 * How the network learns: first to classify images, then to classify regions.
 *
 * <p>Detection sets are too small to train a large network from scratch. So {@link
 * org.rcnn.cnn.train.Pretraining} trains it on a large classification set, and {@link
 * org.rcnn.cnn.train.FineTuning} continues on warped regions. There the labels are loose ({@link
 * org.rcnn.cnn.train.RegionPool}): a region that overlaps an object by an IoU of at least 0.5 is a
 * positive, and such jittered boxes are some thirty times as many as the objects, which keeps
 * millions of weights from learning the few objects by heart. The SVMs that follow need few
 * examples and label them strictly: {@code org.rcnn.svm}.
 *
 * <p>In: weights, and images with boxes. A batch is 32 regions with a class and 96 of background,
 * mirrored at random, {@code 128 × 3 × size × size}. Out: weights with {@code classes + 1} scores,
 * background first, and the curve of the loss. {@link org.rcnn.cnn.train.FineTuningSettings} has
 * the paper's values; a new layer learns ten times as fast as a copied one, its bias twenty times.
 *
 * <p>Fine-tuning has one or more {@link org.rcnn.cnn.train.Phase}s. Where the layers that learn are
 * a suffix of the network, both trainings can draw from values that the layers before gave once:
 * {@link org.rcnn.cnn.train.KeptViews} of images, {@link org.rcnn.cnn.train.KeptRegions} of
 * regions. An iteration then takes a small part of the time.
 *
 * <p>Fine-tuning may be judged on images that it does not learn from ({@link
 * org.rcnn.cnn.train.Judging}), to keep the best weights instead of the last.
 *
 * <p>Both trainings follow Caffe's update rule, resume from a checkpoint, and give the same weights
 * for the same seed, machine and thread count. On a GPU they do not: some of its gradients are
 * summed in an order that varies.
 */
package org.rcnn.cnn.train;
