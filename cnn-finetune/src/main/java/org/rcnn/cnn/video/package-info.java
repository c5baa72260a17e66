/**
 * Frames of videos and cameras, as images like those of files: {@link
 * org.rcnn.cnn.video.VideoFrames}. Detection in a video is detection in each of its frames; nothing
 * is carried from one to the next.
 */
package org.rcnn.cnn.video;
