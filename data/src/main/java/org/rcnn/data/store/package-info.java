/**
 * Proposals and features on disk: computed once per image, and read many times.
 *
 * <p>R-CNN is a pipeline of slow steps over thousands of images, each with thousands of proposals,
 * and its classifiers pass over the features of all of them again and again: 164 GB of 32-bit
 * numbers for the 5,000 images of VOC2007 trainval and one layer. So each step's result is stored
 * in a file: {@link org.rcnn.data.store.ProposalStore} holds the boxes of each image, {@link
 * org.rcnn.data.store.FeatureStore} one matrix per image (a row per box, a column per feature), in
 * a sparse 16-bit form that is about a seventh as large. Both are {@link
 * org.rcnn.data.store.RecordFile}s: append-only while they are written, read-only and memory-mapped
 * afterwards, with a checksum for every record.
 *
 * <p>In: an image id with its {@code List<Box>}, or with {@code rows × dimension} floats. Out: the
 * same, by image id, in any order and from any number of threads. A file appears under its name
 * only when it is complete, so a killed run leaves nothing that could be mistaken for a result.
 */
package org.rcnn.data.store;
