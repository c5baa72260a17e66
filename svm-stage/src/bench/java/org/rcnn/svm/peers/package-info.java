/** The SVM libraries that the benchmarks measure beside ours, driven as their manuals show. */
package org.rcnn.svm.peers;
