/**
 * The files of a PASCAL VOC development kit: who is in which split, what is in which image, and
 * what a detector found.
 *
 * <p>A detection benchmark is three things: photos, a list of the objects in each, and a fixed
 * division into images to learn from and images to be judged on. The VOC development kit keeps them
 * in {@code JPEGImages/}, {@code Annotations/} and {@code ImageSets/Main/}, and judges plain text
 * files with one detection per line. {@link org.rcnn.data.voc.VocDevkit} is the folder, {@link
 * org.rcnn.data.voc.VocResults} the text files, {@link org.rcnn.data.voc.DevkitAudit} what is wrong
 * with a folder, and {@link org.rcnn.data.voc.Splits} a seeded division for a folder that has none.
 *
 * <p>In: folders and files with VOC's 1-based inclusive corners. Out: {@link
 * org.rcnn.data.Annotation}, {@link org.rcnn.data.Detection} and {@link org.rcnn.data.RgbImage},
 * with the project's 0-based half-open boxes. Real folders have broken files in them: a bad object
 * is reported and left out, and the rest of its image stays.
 */
package org.rcnn.data.voc;
