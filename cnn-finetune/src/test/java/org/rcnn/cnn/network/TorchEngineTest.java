package org.rcnn.cnn.network;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.util.Utils;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TorchEngineTest {

  /** Everything in DJL that starts an engine. */
  private static final Set<String> STARTS = Set.of("getInstance", "getEngine", "newBaseManager");

  @Test
  void theEngineIsStartedOffline() {
    assertEquals("PyTorch", TorchEngine.instance().getEngineName());
    assertTrue(Utils.isOfflineMode());
  }

  @Test
  void aProgramThatHasSetTheSwitchKeepsItsChoice() {
    Properties chosen = new Properties();
    chosen.setProperty("ai.djl.offline", "false");
    TorchEngine.stayOffline(chosen);
    assertEquals("false", chosen.getProperty("ai.djl.offline"));
  }

  @Test
  void nothingElseStartsTheEngine() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(TorchEngine.class.getName())
        .should()
        .callMethodWhere(
            DescribedPredicate.<JavaMethodCall>describe(
                "starts DJL's engine",
                call ->
                    STARTS.contains(call.getTarget().getName())
                        && (call.getTargetOwner().isEquivalentTo(NDManager.class)
                            || call.getTargetOwner().isEquivalentTo(Engine.class)
                                && !call.getTarget().getName().equals("newBaseManager"))))
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("org.rcnn"));
  }

  @ParameterizedTest
  @CsvSource({
    "flags : fpu avx2 avx512_bf16 sse, true",
    "flags : fpu amx_bf16, true",
    "Features : fp asimd bf16, true",
    "flags : fpu avx2 avx512f, false",
    "bugs : bf16, false",
    "'', false"
  })
  void instructionsForBfloat16AreAmongTheFlags(String line, boolean there) {
    String before = "processor : 0\nmodel name : some\n";
    assertEquals(there, TorchEngine.hasBfloat16(before + line.replace(" :", "\t:") + "\n"));
  }
}
