/**
 * The heavy stages on many machines, as jobs of Apache Spark.
 *
 * <p>R-CNN asks the same of every image: find two thousand boxes, run each through a network. No
 * image needs another, so a thousand machines can take a thousandth each, and what is hard is not
 * the computing but the bookkeeping: that a machine which dies costs its part and no more, that a
 * part done twice counts once, and that in the end every byte is what one machine would have
 * written. Spark hands out the parts and hands them out again; this package makes them harmless to
 * repeat.
 *
 * <p>A stage is an {@link org.rcnn.pipeline.run.ImageJob}. {@link org.rcnn.spark.SparkRunner} cuts
 * its images into parts of 32, sends the job's settings and weights once, and takes the parts'
 * records in the images' order into the run's stores. A part is one file in a folder that all
 * machines see, under the job's key, renamed into place when it is whole: {@link
 * org.rcnn.spark.PartFolder}. In: images and records of earlier stages. Out: the run folder of one
 * machine, byte for byte.
 *
 * <p>{@link org.rcnn.spark.ExecutorMemory} says how much memory an executor needs, {@link
 * org.rcnn.spark.ClusterModel} how long n machines take, and {@link
 * org.rcnn.spark.ClusterSimulation} where more of them stop helping.
 */
package org.rcnn.spark;
