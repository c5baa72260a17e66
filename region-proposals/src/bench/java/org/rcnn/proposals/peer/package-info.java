/** Others' selective search, compiled and run for benchmarks only. */
package org.rcnn.proposals.peer;
