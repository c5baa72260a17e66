package org.rcnn.pipeline.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingCatalogueTest {

  private final SettingCatalogue catalogue = new SettingCatalogue();

  @Test
  void everySettingHasAMeaning() {
    assertFalse(catalogue.all().isEmpty());
    for (Setting setting : catalogue.all()) {
      assertTrue(setting.meaning().endsWith(".") || setting.meaning().endsWith("]"), setting.key());
    }
  }

  @Test
  void aSettingHasTypeDefaultAndMeaning() {
    assertEquals(
        List.of(
            new Setting(
                "detection.per-image",
                "a whole number",
                "100",
                "The most detections of a class in an image. [authors: 100]")),
        catalogue.named("detection.per-image"));
    assertEquals("one of authors, coverage", catalogue.named("proposals.ranking").get(0).type());
    assertTrue(catalogue.named("finetune.phases").get(0).value().startsWith("[{layers: all, "));
  }

  @Test
  void settingsBelowOneCommentShareIt() {
    assertEquals(
        catalogue.named("finetune.momentum").get(0).meaning(),
        catalogue.named("finetune.weight-decay").get(0).meaning());
  }

  @Test
  void aSectionGivesAllOfItsSettings() {
    assertEquals(
        List.of("bbox.enabled", "bbox.pair-iou", "bbox.lambda", "bbox.max-pairs"),
        catalogue.named("bbox").stream().map(Setting::key).toList());
  }

  @Test
  void anUnknownKeyIsAnsweredWithTheNearest() {
    assertEquals(
        "There is no setting 'bbox.lamda'; did you mean bbox.lambda?.".replace("?.", "?"),
        assertThrows(ConfigException.class, () -> catalogue.named("bbox.lamda")).getMessage());
  }

  @Test
  void theNearestNameHasTheFewestWrongLetters() {
    assertEquals(3, NearestName.distance("kitten", "sitting"));
    assertEquals(0, NearestName.distance("a", "a"));
    assertEquals(4, NearestName.distance("", "four"));
    assertEquals(1, NearestName.distance("rnu", "run"));
    List<String> known = List.of("svm.cost", "svm.head", "data.train");
    assertEquals(Optional.of("svm.cost"), NearestName.to("svm.cosd", known));
    assertEquals(Optional.of("data.train"), NearestName.to("train", known));
    assertEquals(Optional.empty(), NearestName.to("quantum", known));
  }
}
