/**
 * The stages of R-CNN in the order in which they run, each with its artifact in the run's folder.
 *
 * <p>{@link org.rcnn.pipeline.stage.ProposalStage} finds boxes, {@link
 * org.rcnn.pipeline.stage.FineTuneStage} adapts the network, {@link
 * org.rcnn.pipeline.stage.FeatureStage} turns boxes into vectors, {@link
 * org.rcnn.pipeline.stage.HeadStage} learns SVMs, softmax and box regression on them; {@link
 * org.rcnn.pipeline.stage.Experiment} chains them for any {@link org.rcnn.pipeline.stage.Row} of
 * the paper's ablation table. Only here do all modules meet.
 */
package org.rcnn.pipeline.stage;
