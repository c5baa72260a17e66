package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.cli.options.LabelConverter;
import org.rcnn.data.Labelled;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;

/** Mistyped commands and options, and the values that an option can have. */
class NamesMeantTest {

  /** Its help has the layers that the grid can have, not those that studies use. */
  private static final Set<String> DESCRIBED_OTHERWISE = Set.of("ablate --layers");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          runn                   | `rcnn` has no command 'runn'; did you mean run?
          rnu                    | `rcnn` has no command 'rnu'; did you mean run?
          help runn              | `rcnn` has no command 'runn'; did you mean run?
          data chek              | `rcnn data` has no command 'chek'; did you mean check?
          xyzzy                  | `rcnn` has no command 'xyzzy'.
          run --set seed         | --set must be KEY=VALUE; it is seed.
          run --pressets x       | `rcnn run` has no option --pressets; did you mean --preset?
          run --sets=seed=1      | `rcnn run` has no option --sets; did you mean --set?
          run --frobnicate       | `rcnn run` has no option --frobnicate.
          detect --modle m a.jpg | `rcnn detect` has no option --modle; did you mean --model?
          run demo               | `rcnn run` has no use for 'demo'.
          """)
  void aMistypedNameIsAnsweredWithTheNearest(String words, String sentence) {
    Session session = Session.of((Object[]) words.split(" "));
    assertEquals(2, session.status());
    assertEquals(sentence, session.err().lines().findFirst().orElse(""));
  }

  @Test
  void helpShowsTheValuesOfAnOptionThatHasFewAndCompletionKnowsThem() {
    CommandLine line = new CommandLine(new Program());
    Commands.addTo(line);
    LabelConverter.addTo(line);
    Set<String> seen = new TreeSet<>();
    check(line, "", seen);
    assertTrue(
        seen.contains("ablate --bbox") && seen.contains("detect --execution"), seen::toString);
  }

  private static void check(CommandLine line, String path, Set<String> seen) {
    for (OptionSpec option : line.getCommandSpec().options()) {
      String name = path + option.longestName();
      for (Class<?> type : option.auxiliaryTypes()) {
        if (type.isEnum() && Labelled.class.isAssignableFrom(type)) {
          seen.add(name);
          List<String> labels =
              Arrays.stream(type.getEnumConstants())
                  .map(each -> ((Labelled) each).label())
                  .toList();
          Set<String> known = new LinkedHashSet<>();
          option.completionCandidates().forEach(known::add);
          assertEquals(new LinkedHashSet<>(labels), known, name);
          String help = option.paramLabel() + String.join(" ", option.description());
          if (!DESCRIBED_OTHERWISE.contains(name)) {
            labels.forEach(label -> assertTrue(help.contains(label), name + ": " + help));
          }
        }
      }
    }
    line.getSubcommands().forEach((name, below) -> check(below, path + name + " ", seen));
  }

  @Command
  private static final class Program {}

  @Test
  void completionHasTheLabelsThatOptionsTake() {
    String script = Session.of("generate-completion").done().out();
    assertTrue(script.contains("\"pre-trained\" \"fine-tuned\""));
    assertFalse(script.contains("PRE_TRAINED"));
  }

  @Test
  void helpHasNoColoursWhereItIsNotReadInATerminal() {
    assertFalse(Session.of("run", "--help").done().out().contains("\u001b"));
    assertFalse(Session.of("runn").err().contains("\u001b"));
  }
}
