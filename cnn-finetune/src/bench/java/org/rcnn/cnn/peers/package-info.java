/**
 * Other engines for the same networks, known to benchmarks alone.
 *
 * <p>Python's torch runs in a process of its own: {@code NetworkFiles} describes the network to it,
 * and a script in the resources answers one line for each that it reads.
 */
package org.rcnn.cnn.peers;
