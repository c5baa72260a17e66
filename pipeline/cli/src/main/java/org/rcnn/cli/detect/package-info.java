/**
 * What the command {@code detect} searches: {@link org.rcnn.cli.detect.DetectInput} turns words of
 * the command line into photos, videos and cameras.
 */
package org.rcnn.cli.detect;
