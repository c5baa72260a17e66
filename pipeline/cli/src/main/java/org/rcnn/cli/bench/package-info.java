/**
 * Benchmarks: our code beside other people's, in one process and on the same inputs ({@code rcnn
 * bench ...}).
 *
 * <p>A bench measures and prints; {@link org.rcnn.cli.bench.BenchCommand} is the command that holds
 * them.
 */
package org.rcnn.cli.bench;
