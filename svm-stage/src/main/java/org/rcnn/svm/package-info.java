/**
 * The classifiers: one linear SVM for each class on top of the network's features.
 *
 * <p>A detector sees thousands of regions in an image. All but a few are background, and most of it
 * is easy. Training on everything would be slow and pointless. So each class starts with its
 * annotated objects and some background, and then passes over the images once to collect only the
 * negatives that the current model gets wrong or nearly wrong: hard-negative mining. What counts as
 * a negative is a threshold on the overlap with the class's objects. Unlike fine-tuning, which
 * needs many examples and labels them loosely, an SVM needs few and gets strict ones. In the paper
 * positives are the annotated objects alone, negatives overlap them by an IoU below 0.3, and what
 * lies between is ignored. This project's default draws one line for both, at 0.7.
 *
 * <p>In: {@link org.rcnn.svm.TrainingImages}, a stream of regions with features, {@code regions ×
 * d} floats an image, and {@link org.rcnn.svm.SvmSettings}. {@link org.rcnn.svm.SvmTrainer} returns
 * a {@link org.rcnn.svm.LinearModel}, which scores {@code regions × classes} in one product.
 * Features are scaled to a mean norm of 20 ({@link org.rcnn.svm.FeatureScale}), so that the paper's
 * C of 0.001 suits every layer and network. They are stored in a {@link
 * org.rcnn.data.matrix.FeatureMatrix} of the caller's {@link org.rcnn.data.matrix.MatrixEngine}.
 *
 * <p>The package also has {@link org.rcnn.svm.SoftmaxTrainer}, the alternative head, a softmax over
 * classes and background; {@link org.rcnn.svm.BoxRegressionTrainer}, which moves a detected box
 * towards its object by ridge regression on pool5 features; {@link org.rcnn.svm.BestOfSet}, which
 * chooses each class's best boxes of a whole set of images; and {@link
 * org.rcnn.svm.NonMaximumSuppression}, which keeps the best of overlapping detections.
 */
package org.rcnn.svm;
