package org.rcnn.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.config.PipelineConfig;

/** Images and parts on an HDFS, which renames onto nothing that exists. */
class HdfsTest {

  @TempDir Path here;
  @TempDir Path folder;
  @TempDir Path disks;

  @Test
  void theWholeChainGivesTheBytesOfOneMachine() throws IOException {
    PipelineConfig config = SmallChain.config(Map.of());
    SmallChain.here(config, here);
    Configuration files = new Configuration();
    files.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, disks.toString());
    try (MiniDFSCluster hdfs = new MiniDFSCluster.Builder(files).numDataNodes(1).build()) {
      URI root = hdfs.getFileSystem().getUri();
      SparkConf conf =
          SparkSettings.of(new SparkConf().setMaster("local[2]"), "local[2]")
              .set(SparkRunner.FOLDER, root + "/parts");
      try (SparkRunner spark = new SparkRunner(new JavaSparkContext(conf), folder, 2)) {
        SmallChain.on(spark, config, folder);
      }
      try (FileSystem left = hdfs.getFileSystem()) {
        assertFalse(
            left.listFiles(new org.apache.hadoop.fs.Path("/parts"), true).hasNext(),
            "parts and images are gone with the run");
      }
    }
    assertEquals(SmallChain.artifacts(here), SmallChain.artifacts(folder));
  }
}
