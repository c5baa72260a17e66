/**
 * Synthetic photos with known objects: data for a first run without any data.
 *
 * <p>A detector can only be shown to work on a task that is neither trivial nor hopeless. These
 * scenes are drawn so that each class is a shape <em>and</em> a texture, and each of the two also
 * occurs on other things in the picture. Colour carries no information; objects are rotated,
 * hidden, cut off, shaded and noisy. So a network must use shape and texture together, and one that
 * was pre-trained on a larger classification set, as R-CNN's is, has an advantage. {@link
 * org.rcnn.data.scenes.SceneGenerator} draws the scenes and that set, and writes them as a VOC
 * development kit and as an image folder.
 *
 * <p>In: a seed and counts. Out: {@link org.rcnn.data.scenes.Scene}s, or files. The same seed gives
 * the same bytes on the same Java, on any number of threads.
 */
package org.rcnn.data.scenes;
