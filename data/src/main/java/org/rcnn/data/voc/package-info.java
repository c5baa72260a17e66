/**
 * The files of a PASCAL VOC development kit: which images are in which split, which objects are in
 * which image, and what a detector found.
 *
 * <p>The development kit keeps photos, annotations and splits in {@code JPEGImages/}, {@code
 * Annotations/} and {@code ImageSets/Main/}, and evaluates plain text files with one detection per
 * line. {@link org.rcnn.data.voc.VocDevkit} is the folder, read as a {@link
 * org.rcnn.data.dataset.Dataset}, and {@link org.rcnn.data.voc.VocResults} the text files. {@link
 * org.rcnn.data.voc.XmlFolder} reads the same XML where labelling tools put it beside the images.
 *
 * <p>In: folders and files with VOC's 1-based inclusive corners. Out: {@link
 * org.rcnn.data.Annotation}, {@link org.rcnn.data.Detection} and {@link org.rcnn.data.RgbImage},
 * with the project's 0-based half-open boxes.
 */
package org.rcnn.data.voc;
