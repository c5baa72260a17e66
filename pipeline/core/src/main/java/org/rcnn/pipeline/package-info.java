/**
 * R-CNN as a library: load a trained detector, find objects, close it.
 *
 * <p>{@link org.rcnn.pipeline.Detector} is the whole entry point. In: an RGB image. Out: a list of
 * {@link org.rcnn.data.Detection}. Training is a command ({@code rcnn run}) or, in Java, an {@link
 * org.rcnn.pipeline.stage.Experiment} on a {@link org.rcnn.pipeline.run.Run}.
 *
 * <pre>{@code
 * PipelineConfig config = new ConfigLoader().preset("voc2007-small", Map.of());
 * try (Run run = Run.onData(photos, config, folder, false, Progress.Monitor.SILENT)) {
 *   Experiment experiment = new Experiment(run);
 *   Row row = experiment.configuredRow();
 *   EvaluationResult result = experiment.evaluate(row); // trains whatever is missing
 *   experiment.detector(row);                           // packs detector.rcnn
 *   RunResults.write(experiment, row, result);          // manifest.json, report.html
 * }
 * }</pre>
 *
 * <p>The project has four floors, and a floor knows only those below it. A test of the top floor
 * holds the arrows, {@code ArchitectureTest}.
 *
 * <ol>
 *   <li>{@code org.rcnn.data}: boxes, annotations, dataset formats, stores, matrices. It knows no
 *       other module.
 *   <li>The method's steps, {@code org.rcnn.proposals}, {@code cnn}, {@code svm} and {@code eval}.
 *       Each knows {@code data} and none of the others. DJL and OpenCV are named in {@code cnn}
 *       alone, LIBSVM in {@code svm} alone.
 *   <li>{@code org.rcnn.pipeline}, this floor: configuration, stages, run folder, report, studies.
 *       Here the steps meet. It logs by SLF4J's interface and brings no logger with it, so that a
 *       program that embeds it keeps its own.
 *   <li>{@code org.rcnn.cli}: commands, benches, downloads, progress bars and the logger.
 * </ol>
 *
 * <p>Within this floor {@code stage} and {@code study} stand on {@code run} and {@code config};
 * packages have no cycles.
 */
package org.rcnn.pipeline;
