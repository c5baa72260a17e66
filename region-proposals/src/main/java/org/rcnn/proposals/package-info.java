/**
 * Where in an image might an object be? A detector that looked at every window would look at
 * millions. Selective search looks at the image's own structure instead: it cuts the image into
 * small uniform regions, then merges the two most similar neighbours again and again until one
 * region is left. Every region on the way, from pebble to whole beach, has a bounding box, and each
 * box is a proposal. Because no single notion of "similar" suits all objects, the grouping is
 * repeated in several colour spaces, from several initial segmentations, with several similarity
 * measures. About two thousand boxes remain, and 97 of 100 objects have one that covers them by
 * half. The authors' fast mode, which the paper uses, groups 8 times: 2 colour spaces, 2 sets of
 * similarities, 2 initial segmentations (k of 50 and 100, sigma 0.8). Their quality mode does so 80
 * times and finds five times as many boxes. Boxes narrower or lower than 20 pixels are dropped.
 *
 * <p>In: an {@link org.rcnn.data.RgbImage} of any size. Out: a list of distinct {@link
 * org.rcnn.data.Box boxes} with integer coordinates inside the image, most promising first.
 *
 * <p>{@link org.rcnn.proposals.SelectiveSearch} is the search, {@link
 * org.rcnn.proposals.SelectiveSearchConfig} says what it does, and {@link
 * org.rcnn.proposals.ProposalRecall} measures proposals against ground truth. Where the search
 * follows the authors, where it differs and why is listed at {@code SelectiveSearch}; each mode's
 * own parameters stand at {@code SelectiveSearchConfig}, OpenCV's choices at {@link
 * org.rcnn.proposals.Variant}, the segmentation's at {@link org.rcnn.proposals.GraphSegmentation},
 * and our order of the boxes at {@link org.rcnn.proposals.Ranking}.
 */
package org.rcnn.proposals;
