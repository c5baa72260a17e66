/**
 * The classifiers: one linear SVM for each class on top of the network's features.
 *
 * <p>A detector sees thousands of regions of an image and all but a handful are background, most of
 * it easy. Training on everything would be slow and pointless; so each class starts with its
 * annotated objects and some background, and then goes through the images once, collecting only the
 * negatives that the current model gets wrong or nearly so: hard-negative mining. What counts as a
 * negative is a threshold on the overlap with the class's objects. Unlike fine-tuning, which needs
 * many examples and labels them loosely, an SVM needs few and gets strict ones.
 *
 * <p>In: {@link org.rcnn.svm.TrainingImages}, a stream of regions with features, {@code regions ×
 * d} floats an image, and {@link org.rcnn.svm.SvmSettings}. {@link org.rcnn.svm.SvmTrainer} gives a
 * {@link org.rcnn.svm.LinearModel}, which scores {@code regions × classes} in one product. Features
 * live in a {@link org.rcnn.data.matrix.FeatureMatrix} of the caller's {@link
 * org.rcnn.data.matrix.MatrixEngine}.
 *
 * <p>Beside them: {@link org.rcnn.svm.SoftmaxTrainer}, the alternative head, a softmax over classes
 * and background; {@link org.rcnn.svm.BoxRegressionTrainer}, which moves a detected box towards the
 * object it covers; {@link org.rcnn.svm.NonMaximumSuppression}, which keeps the best of overlapping
 * detections.
 */
package org.rcnn.svm;
