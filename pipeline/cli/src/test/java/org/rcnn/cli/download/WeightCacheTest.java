package org.rcnn.cli.download;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.Phase;
import org.rcnn.pipeline.config.ConfigLoader;

class WeightCacheTest {

  @TempDir Path folder;

  private Path place(String system, String... variables) {
    Map<String, String> environment =
        variables.length == 0
            ? Map.of()
            : variables.length == 2
                ? Map.of(variables[0], variables[1])
                : Map.of(variables[0], variables[1], variables[2], variables[3]);
    return WeightCache.of(environment, system, folder).folder();
  }

  @Test
  void theUsersFolderIsWhereTheSystemKeepsCaches() {
    Path other = folder.resolve("other");
    assertEquals(folder.resolve(".cache/rcnn"), place("Linux"));
    assertEquals(other.resolve("rcnn"), place("Linux", "XDG_CACHE_HOME", other.toString()));
    assertEquals(folder.resolve(".cache/rcnn"), place("Linux", "XDG_CACHE_HOME", "relative"));
    assertEquals(folder.resolve(".cache/rcnn"), place("Linux", "XDG_CACHE_HOME", ""));
    assertEquals(
        other, place("Linux", "XDG_CACHE_HOME", folder.toString(), "RCNN_CACHE", other.toString()));
    assertEquals(other.resolve("rcnn"), place("Windows 11", "LOCALAPPDATA", other.toString()));
    assertEquals(folder.resolve("AppData/Local/rcnn"), place("Windows 11"));
    assertTrue(place("Linux", "RCNN_CACHE", "relative").isAbsolute());
  }

  @Test
  void aFileGoesBeforePublishedWeightsOfItsName() throws IOException {
    WeightCache cache = new WeightCache(folder);
    Files.createFile(folder.resolve("resnet50-0676ba61.pth"));
    assertEquals(
        folder.resolve("resnet50-0676ba61.pth").toString(), cache.resolve("resnet50", "resnet50"));
    // Names are relative to the working folder.
    Path file = Files.createFile(Path.of("resnet50"));
    try {
      assertEquals("resnet50", cache.resolve("resnet50", "resnet50"));
    } finally {
      Files.delete(file);
    }
    assertEquals("embedded", cache.resolve("embedded", "alexnet64-fc1024"));
    assertEquals("none", cache.resolve("none", "vgg16"));
  }

  @Test
  void publishedWeightsFitNetworksThatExistAndTheirNamesGiveChecksums() {
    Set<String> networks = new HashSet<>();
    for (PublishedWeights weights : PublishedWeights.all()) {
      assertEquals(weights.name(), weights.networks().get(0));
      for (String network : weights.networks()) {
        assertTrue(Architectures.names().contains(network), network);
        assertTrue(networks.add(network), network + " has two");
      }
      Download.Source source = weights.source("--url", null);
      assertEquals(weights.url(), source.url());
      assertEquals(weights.file(), source.name());
      assertTrue(weights.file().endsWith("-" + source.checksum().hex() + ".pth"));
    }
  }

  @Test
  void fineTuningOfPublishedWeightsReachesTheFeatures() {
    for (PublishedWeights weights : PublishedWeights.all()) {
      for (String name : weights.networks()) {
        NetworkDefinition network = Architectures.byName(name, 21);
        FineTuningSettings settings =
            new ConfigLoader().preset("demo", weights.fineTuning()).finetune().settings(1);
        Set<String> known =
            network.parameterLayers().stream().map(Layer::name).collect(Collectors.toSet());
        known.addAll(Set.of(Phase.ALL, Phase.NEW, Phase.FULLY_CONNECTED));
        settings.phases().forEach(phase -> assertTrue(known.containsAll(phase.layers()), name));
        Tap last = network.featureTaps().get(network.featureTaps().size() - 1);
        Set<String> scores = Set.of(network.scoresLayer().name());
        assertTrue(
            network.isComputedFrom(
                last,
                layer ->
                    settings.phases().stream()
                        .anyMatch(phase -> settings.learns(phase, layer, scores))),
            name);
      }
    }
  }

  @Test
  void aChecksumsBeginningStandsForItAlone() {
    Checksum whole = new Checksum("ab".repeat(32));
    assertTrue(whole.begins(whole));
    assertTrue(Checksum.beginningOfSha256("ABABABAB").begins(whole));
    assertFalse(Checksum.beginningOfSha256("babababa").begins(whole));
    assertFalse(new Checksum("ab".repeat(16)).begins(whole), "an MD5 is no part of a SHA-256");
    assertEquals("SHA-256 abababab...", Checksum.beginningOfSha256("abababab").toString());
    for (String digits : new String[] {"", "abababa", "ababababx", "ab".repeat(33)}) {
      assertThrows(IllegalArgumentException.class, () -> Checksum.beginningOfSha256(digits));
    }
  }
}
