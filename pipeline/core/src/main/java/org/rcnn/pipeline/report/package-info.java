/**
 * What a run has to say for itself: tables for the console and for papers, and one page to read.
 *
 * <p>A detector's mAP is one number; whether to believe it, and what to do next, takes more: which
 * classes carry it, whether proposals even reach the objects, whether fine-tuning converged and
 * mining ran dry, what the false positives are on. {@link org.rcnn.pipeline.report.RunResults}
 * writes what is known of a run into its folder, as self-contained HTML pages and as JSON, beside
 * the provenance ({@link org.rcnn.pipeline.report.Manifest}). A page is a frame, {@code
 * ReportPage}, around {@code Section}s; what a section shows is a class of its own. {@link
 * org.rcnn.pipeline.report.StudyReport} is the page of a study, and {@link
 * org.rcnn.pipeline.report.ApTable} and {@link org.rcnn.pipeline.report.AblationTable} lay figures
 * out as the paper does. All of them take what the modules themselves return.
 *
 * <p>What a run left is enough for its page: {@link org.rcnn.pipeline.report.RunResults} writes it
 * anew from a finished run's folder, and {@link org.rcnn.pipeline.report.RunComparison} puts
 * several side by side.
 *
 * <p>Figures go in as fractions and seconds; pages show per cent.
 */
package org.rcnn.pipeline.report;
