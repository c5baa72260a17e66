/**
 * Annotated images, in any layout on disk.
 *
 * <p>A detection benchmark is three things: photos, a list of the objects in each, and a fixed
 * division into images to train on and images to test on. Every labelling tool writes them to disk
 * in its own way, but a detector needs only these three. {@link org.rcnn.data.dataset.Dataset} is
 * all that the rest of the project sees of a folder: its splits, the image ids in each, and by id
 * an image's file and its annotation. {@link org.rcnn.data.dataset.DatasetFormat} recognises a
 * layout and opens it, and {@link org.rcnn.data.dataset.DatasetFormats} finds the layout of a given
 * folder. A new format is one file that implements the two interfaces, and one line in {@code
 * META-INF/services}; {@code voc}, {@code coco} and {@code yolo} beside this package have the
 * project's own. Three classes need only the interface and so work with every format: {@link
 * org.rcnn.data.dataset.DrawnSplit}, a seeded division by class for a folder that has none, {@link
 * org.rcnn.data.dataset.PictureCheck}, which compares boxes with pictures, and {@link
 * org.rcnn.data.dataset.DatasetAudit}, which reports the problems of a folder.
 *
 * <p>In: folders and files with the corners of their format. Out: {@link org.rcnn.data.Annotation}s
 * with the project's 0-based half-open boxes, and paths of images. Real folders contain broken
 * files: a bad object is reported and left out, and the rest of its image is kept.
 */
package org.rcnn.data.dataset;
