/** Other engines for the same networks, known to benchmarks alone. */
package org.rcnn.cnn.peers;
