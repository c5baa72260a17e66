package org.rcnn.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.regex.Pattern;

/** Holds the arrows between the modules: every stage stands on data alone, only pipeline on all. */
@AnalyzeClasses(
    packages = {"org.rcnn", "libsvm"},
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.OurOwn.class})
class ArchitectureTest {

  /** Leaves out LIBSVM's jar, in whose package one class of ours stands, and jars of tests. */
  static final class OurOwn implements ImportOption {
    private static final Pattern OTHERS = Pattern.compile(".*/(libsvm-[^/]*|[^/]*-tests)\\.jar!.*");

    @Override
    public boolean includes(Location location) {
      return !location.matches(OTHERS);
    }
  }

  @ArchTest
  static final ArchRule dataStandsOnNothingOfOurs = onlyOn("org.rcnn.data..", "org.rcnn.data..");

  @ArchTest
  static final ArchRule proposalsStandOnData =
      onlyOn("org.rcnn.proposals..", "org.rcnn.proposals..", "org.rcnn.data..");

  @ArchTest
  static final ArchRule networksStandOnData =
      onlyOn("org.rcnn.cnn..", "org.rcnn.cnn..", "org.rcnn.data..");

  @ArchTest
  static final ArchRule svmsStandOnData =
      onlyOn("org.rcnn.svm..", "org.rcnn.svm..", "org.rcnn.data..");

  @ArchTest
  static final ArchRule evaluationStandsOnData =
      onlyOn("org.rcnn.eval..", "org.rcnn.eval..", "org.rcnn.data..");

  @ArchTest
  static final ArchRule onlyTheNetworkModuleKnowsDjlOpenCvAndOnnxRuntime =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.rcnn.cnn..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "org.opencv..", "nu.pattern..");

  @ArchTest
  static final ArchRule onlyTheSvmModuleKnowsLibsvm =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.rcnn.svm..", "libsvm")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("libsvm..");

  @ArchTest
  static final ArchRule ourClassInLibsvmsPackageStandsOnItAlone =
      classes()
          .that()
          .resideInAPackage("libsvm")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("libsvm", "java..")
          // In the module's jar it is no class.
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule onlyTheCommandLineKnowsFlagsBarsAndTheLogger =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.rcnn.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.rcnn.cli..",
              "picocli..",
              "me.tongfei.progressbar..",
              "org.jline..",
              "org.slf4j.jul..",
              "java.util.logging..");

  /** Benches, downloads and progress bars have packages of their own. */
  @ArchTest
  static final ArchRule theCommandLineHoldsCommandsAndTheirOptions =
      classes()
          .that()
          .resideInAnyPackage("org.rcnn.cli", "org.rcnn.cli.options")
          .and()
          .areTopLevelClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("org.rcnn.(**)").should().beFreeOfCycles();

  private static ArchRule onlyOn(String module, String... allowed) {
    return classes()
        .that()
        .resideInAPackage(module)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed).or(not(resideInAnyPackage("org.rcnn.."))));
  }
}
