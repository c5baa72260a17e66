/**
 * Files from elsewhere: fetched so that a broken connection costs little ({@link
 * org.rcnn.cli.download.Download}), verified by {@link org.rcnn.cli.download.Checksum}, unpacked by
 * {@link org.rcnn.cli.download.TarArchive} without trust in what the archive says. {@link
 * org.rcnn.cli.download.PublishedWeights} lists the weights that are fetched by name, and {@link
 * org.rcnn.cli.download.WeightCache} keeps them.
 */
package org.rcnn.cli.download;
