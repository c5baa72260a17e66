/**
 * What is worth knowing of a folder of images before a detector is trained on it, and after.
 *
 * <p>Whether R-CNN can find an object is decided before anything learns: an object that no proposal
 * covers is lost. {@link org.rcnn.pipeline.audit.SizeTable} says how large the objects are at the
 * size at which images are searched, {@link org.rcnn.pipeline.audit.Coverage} measures which of
 * them proposals cover, and {@link org.rcnn.pipeline.audit.SearchAdvice} suggests settings that
 * reach more. {@link org.rcnn.pipeline.audit.DataReport} puts these beside the counts and problems
 * of {@link org.rcnn.data.dataset.DatasetAudit}, as text and as JSON.
 */
package org.rcnn.pipeline.audit;
