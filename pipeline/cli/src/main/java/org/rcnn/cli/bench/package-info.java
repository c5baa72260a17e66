/**
 * Benchmarks: our code beside other people's, in one process and on the same inputs ({@code rcnn
 * bench ...}).
 *
 * <p>A bench enters contestants into a {@link org.rcnn.cli.bench.Contest}, which measures them all
 * in the same way, in turns, and takes the median; {@link org.rcnn.cli.bench.BenchOutput} prints
 * what came out. {@link org.rcnn.cli.bench.BenchCommand} is the command that holds the benches. The
 * peers stand in {@code src/bench} of the modules, are compiled by the profile {@code bench} alone
 * and found by {@link java.util.ServiceLoader}.
 */
package org.rcnn.cli.bench;
