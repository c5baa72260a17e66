/**
 * The stages of R-CNN in the order in which they run, each with its artifact in the run's folder.
 *
 * <p>R-CNN is a chain of separate learners: each is trained on what the one before it has made, and
 * none is trained through another. {@link org.rcnn.pipeline.stage.Experiment} is that chain, for
 * any {@link org.rcnn.pipeline.stage.Row} of the paper's ablation table, and computes what rows
 * share once. Only here do all modules meet.
 *
 * <ol>
 *   <li>{@link org.rcnn.pipeline.stage.ProposalStage}: images to boxes.
 *   <li>{@link org.rcnn.pipeline.stage.FineTuneStage}: boxes and a {@link
 *       org.rcnn.pipeline.stage.Backbone}, the network with its starting weights, to adapted
 *       weights.
 *   <li>{@link org.rcnn.pipeline.stage.FeatureStage}: boxes and weights to {@code regions ×
 *       dimension} floats an image and tap: pool5 from the images, the rest from pool5. A
 *       fine-tuning of the fully connected layers alone reads the starting network's pool5, which
 *       is then computed before it.
 *   <li>A {@link org.rcnn.pipeline.stage.Head}: features of the training images to a model that
 *       gives {@code regions × classes} scores. {@link org.rcnn.pipeline.stage.Heads} knows them by
 *       name: SVMs, a softmax, the network's own scores.
 *   <li>{@link org.rcnn.pipeline.stage.BoxRegressionStage}: pool5 features to corrections of boxes.
 *   <li>{@link org.rcnn.pipeline.stage.DetectionStage}: features of the test images to VOC result
 *       files.
 *   <li>{@link org.rcnn.pipeline.stage.ThresholdStage}: features of the training images to the
 *       scores from which detections count, on images that the judged head has not seen.
 * </ol>
 *
 * <p>{@link org.rcnn.pipeline.stage.PretrainStage} comes before a run and stands outside its
 * folder: classified images to starting weights. {@link org.rcnn.pipeline.stage.DetectorFile} packs
 * a trained row for {@link org.rcnn.pipeline.Detector}. What stages leave beside their artifacts
 * has one class each, such as {@link org.rcnn.pipeline.stage.MiningEvidence} and {@link
 * org.rcnn.pipeline.stage.LearningCurve}; {@link org.rcnn.pipeline.stage.Evidence} reads it for
 * reports and studies, of an experiment or of a {@link org.rcnn.pipeline.stage.FinishedRun}.
 */
package org.rcnn.pipeline.stage;
