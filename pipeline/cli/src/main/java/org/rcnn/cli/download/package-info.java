/**
 * Files from elsewhere: fetched so that a broken connection costs little ({@link
 * org.rcnn.cli.download.Download}), verified by {@link org.rcnn.cli.download.Checksum}, unpacked by
 * {@link org.rcnn.cli.download.TarArchive} without trust in what the archive says.
 */
package org.rcnn.cli.download;
