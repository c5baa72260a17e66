/**
 * What a run has to say for itself: tables for the console and for papers, and one page to read.
 *
 * <p>A detector's mAP is one number; whether to believe it, and what to do next, takes more: which
 * classes carry it, whether proposals even reach the objects, whether fine-tuning converged and
 * mining ran dry, what the false positives are on. {@link org.rcnn.pipeline.report.RunReport} puts
 * everything that is known of a run on a self-contained HTML page, {@link
 * org.rcnn.pipeline.report.StudyReport} does so for a study, and {@link
 * org.rcnn.pipeline.report.ApTable} and {@link org.rcnn.pipeline.report.AblationTable} lay figures
 * out as the paper does. All of them take what the modules themselves return. {@link
 * org.rcnn.pipeline.report.RunResults} writes them into a run's folder, beside the provenance
 * ({@link org.rcnn.pipeline.report.Manifest}).
 *
 * <p>Figures go in as fractions and seconds; pages show per cent.
 */
package org.rcnn.pipeline.report;
