package org.rcnn.pipeline.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The stages that a command comes to: which of them is being worked on, and how long the rest will
 * take. Only measured rates count: until one stage of a kind was made, the time of others of that
 * kind is unknown.
 */
final class RunPlan {

  /** Seconds and work of what was made. */
  private record Rate(double seconds, double work) {
    Rate plus(Rate other) {
      return new Rate(seconds + other.seconds, work + other.work);
    }
  }

  private final Map<Path, PlannedStage> stages = new LinkedHashMap<>();
  private final Set<Path> met = new HashSet<>();
  private final Map<String, Rate> rates = new HashMap<>();

  /** A plan; a stage that comes twice counts once. */
  RunPlan(List<PlannedStage> stages) {
    stages.forEach(stage -> this.stages.putIfAbsent(stage.artifact().place(), stage));
  }

  /** The stages, each once. */
  List<PlannedStage> stages() {
    return List.copyOf(stages.values());
  }

  /** Comes to a stage; empty if it is not planned. */
  Optional<RunStage> meet(Artifact artifact) {
    if (!stages.containsKey(artifact.place())) {
      return Optional.empty();
    }
    met.add(artifact.place());
    PlannedStage stage = stages.get(artifact.place());
    double alike = 0;
    TimeLeft after = TimeLeft.NONE;
    for (PlannedStage later : stages.values()) {
      Path place = later.artifact().place();
      if (met.contains(place) || Files.exists(place)) {
        continue;
      }
      double share = later.work() / stage.work();
      if (kind(later).equals(kind(stage)) && share > 0 && Double.isFinite(share)) {
        alike += share;
      } else {
        after = after.and(of(later));
      }
    }
    return Optional.of(new RunStage(met.size(), stages.size(), stage.oneTask(), alike, after));
  }

  /** Learns how long a stage took. */
  void measured(Artifact artifact, double seconds) {
    PlannedStage stage = stages.get(artifact.place());
    if (stage != null && seconds > 0 && stage.work() > 0) {
      rates.merge(artifact.key().stage(), new Rate(seconds, stage.work()), Rate::plus);
    }
  }

  /** The time that a stage will take. */
  TimeLeft of(Artifact artifact) {
    PlannedStage stage = stages.get(artifact.place());
    return stage == null ? TimeLeft.NONE : of(stage);
  }

  private static String kind(PlannedStage stage) {
    return stage.artifact().key().stage();
  }

  private TimeLeft of(PlannedStage stage) {
    Rate rate = rates.get(kind(stage));
    return rate == null || Double.isNaN(stage.work())
        ? TimeLeft.unknown(stage.kind())
        : TimeLeft.of(rate.seconds() / rate.work() * stage.work());
  }
}
