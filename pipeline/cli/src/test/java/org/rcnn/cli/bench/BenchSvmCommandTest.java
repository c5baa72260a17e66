package org.rcnn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cli.Session;
import org.rcnn.data.matrix.MatrixEngine;
import org.rcnn.svm.MiningSettings;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmPeer;

class BenchSvmCommandTest {

  @TempDir Path folder;

  @Test
  void oursIsMeasuredAloneWhereNoPeerTakesPart() throws IOException {
    Path json = folder.resolve("bench.json");
    Session session =
        Session.of(
                "bench",
                "svm",
                "--samples=120",
                "--positives=20",
                "--dimension=40",
                "--rounds=3",
                "--added=30",
                "--classes=2",
                "--pairs=30",
                "--pool5=50",
                "--repeats=1",
                "--threads=1,2",
                "--without=LIBLINEAR,LIBSVM linear,LIBSVM precomputed",
                "--json",
                json)
            .done();
    assertEquals(
        BenchOutput.peers(SvmPeer.class, new PrintWriter(Writer.nullWriter()), "").isEmpty(),
        session.err().contains("No other SVM library"),
        session.err());
    List<String> rows = new ArrayList<>();
    for (JsonNode row : Session.json(json).path("rows")) {
      rows.add(row.path("what").asText() + " " + row.path("threads").asInt());
      assertTrue(row.path("median_seconds").asDouble() > 0);
    }
    assertEquals(
        List.of(
            "ours 1",
            "ours 2",
            "mining, ours 1",
            "mining, ours 2",
            "box regression, 2 classes 1",
            "box regression, 2 classes 2"),
        rows);
    JsonNode first = Session.json(json).path("rows").path(0);
    JsonNode second = Session.json(json).path("rows").path(1);
    assertTrue(first.path("objective").asDouble() > 0);
    assertEquals(first.path("objective"), second.path("objective"), "any number of threads");
  }

  @Test
  void sizesThatMakeNoSenseAreRefused() {
    Session.of("bench", "svm", "--samples=10", "--positives=20").refused(2, "--samples");
    Session.of("bench", "svm", "--parts=everything").refused(2, "--parts takes");
    Session.of("bench", "svm", "--nonzero=0").refused(2, "--nonzero");
  }

  /** Scores by the only feature, so that what mining does with it can be told by hand. */
  private static final class ByTheFeature implements SvmPeer {
    final List<Integer> trainedOn = new ArrayList<>();

    @Override
    public String name() {
      return "by the feature";
    }

    @Override
    public Training start(int dimension, SolverSettings settings, MatrixEngine engine) {
      return new Training() {
        private int samples;

        @Override
        public void add(float[] features, int from, boolean positive) {
          samples++;
        }

        @Override
        public void retain(int[] ascending) {
          samples = ascending.length;
        }

        @Override
        public Model train() {
          trainedOn.add(samples);
          return new Model(new double[] {1}, -1.5);
        }
      };
    }
  }

  @Test
  void aPeerMinesByTheSameRules() {
    // Gaussian features: three in ten score above −1 (x > 0.5), 38 % above −1.2 (x > 0.3).
    BenchSamples data = new BenchSamples(new BenchSamples.Shape(3, 6, 1000, 1, 1, 0, 0, 7));
    ByTheFeature peer = new ByTheFeature();
    PeerMining.Result result =
        PeerMining.run(
            peer,
            data.images(),
            1,
            SolverSettings.paper(),
            new MiningSettings(1, 100, -1, 200, 200, -1.2, 10_000),
            null);
    assertEquals(result.rounds(), peer.trainedOn.size());
    // The first model from 100 negatives, of which about 38 stay; then each image gives 200.
    assertEquals(106, peer.trainedOn.get(0));
    assertEquals(6 + 38 + 200, peer.trainedOn.get(1), 25);
    assertEquals(4, peer.trainedOn.size());
    assertEquals(peer.trainedOn.get(1) + 400, peer.trainedOn.get(3), "hard ones stay");
  }
}
