/**
 * The nouns of object detection: boxes and their overlap, annotated objects, detections, images.
 *
 * <p>Nearly everything here is a small immutable record; {@link org.rcnn.data.SideBySide} runs
 * parts of one piece of work at the same time, and {@link org.rcnn.data.AtomicFile} writes files
 * that are complete or absent; all modules use both. {@link org.rcnn.data.SeedMix} gives each part
 * of a seeded piece of work a seed of its own. {@link org.rcnn.data.Box} states the project's one
 * pixel convention (0-based, half-open); VOC's 1-based inclusive corners exist only where a VOC
 * file is read or written. The sub-packages read and write them: {@code dataset} annotated images
 * of any format, {@code voc} VOC's XML, the development kit's folders and result files, {@code
 * coco} and {@code yolo} the files of other tools, {@code export} all of them, {@code folder}
 * classification images, {@code scenes} synthetic data, {@code store} the proposals and features of
 * whole image sets; {@code matrix} has the interfaces of the feature matrices that modules share.
 */
package org.rcnn.data;
