/** The SVM libraries that the benchmarks measure beside ours, called as their manuals show. */
package org.rcnn.svm.peers;
