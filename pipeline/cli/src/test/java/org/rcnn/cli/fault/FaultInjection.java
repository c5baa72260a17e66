package org.rcnn.cli.fault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rcnn.cli.Session;
import org.rcnn.cli.fault.Faults.Fault;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.store.RecordFile;

/**
 * Kills, cuts the power of, and fills the disk of a whole run, again and again, and damages what it
 * left: the same command must end in the same bytes as if nothing had happened.
 *
 * <p>All runs are in this process, whose files are those of {@link FaultyFileSystemProvider}: a
 * kill ends the work at a file operation, and nothing reaches the disk after it, as with SIGKILL.
 * So a run costs no new Java machine. One line is printed for each part, with its counts, and one
 * that begins with {@code FAIL} for each thing that went wrong.
 */
public final class FaultInjection {

  /** Operations from the start of a run to its fault; a whole run has some 500. */
  private static final int FARTHEST = 250;

  /** More faults in one run than this, and it is let through. */
  private static final int FAULTS_PER_RUN = 10;

  /** A refusal for each damaged file is the most. */
  private static final int MOST_REFUSALS = 10;

  private static final String ALL = "";

  private final Path folder;
  private final Path run;
  private final TinyChain chain;
  private EndState undisturbed;
  private int refusals;
  private int unread;

  private FaultInjection(Path folder) {
    this.folder = folder;
    this.run = folder.resolve("run");
    this.chain = new TinyChain(run);
  }

  /**
   * Injects faults.
   *
   * @param arguments an empty folder to work in, the number of faults, and the first seed
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    FaultInjection injection = new FaultInjection(Path.of(arguments[0]).toAbsolutePath());
    injection.start();
    injection.finishedWithoutPower();
    injection.faults(Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]));
    injection.damage();
    injection.interrupted("checkpoint", "-curve\\.json", 1, "\\.checkpoint$");
    injection.interrupted(
        "features", "pool5\\.bin\\.partial", 7, "\\.partial$|\\.partial\\.index$");
    injection.smallDisks();
    System.out.println("Done.");
    // Nothing may keep the Java machine from its end.
    System.exit(0);
  }

  private void fail(String part, String sentence) {
    System.out.println("FAIL " + part + ": " + sentence.strip().replace('\n', '|'));
  }

  private static void tell(String part, String format, Object... values) {
    System.out.println(part + ": " + format.formatted(values));
  }

  private void start() throws IOException {
    Faults.plan(run, Fault.NONE, 0, ALL);
    chain.run().done();
    long operations = Faults.end();
    undisturbed = EndState.of(run);
    TinyChain.copy(run, folder.resolve("finished"));
    tell(
        "undisturbed",
        "%d files and folders, %d file operations",
        undisturbed.files().size(),
        operations);
  }

  /** What a finished run has told to be there stays when the power fails right after it. */
  private void finishedWithoutPower() throws IOException {
    AtomicFile.delete(run);
    Faults.plan(run, Fault.POWER, Long.MAX_VALUE, ALL);
    Session session = chain.run();
    Faults.endWithoutPower();
    compare("power", "a finished run", session);
    tell("power", "cut after a finished run");
  }

  /** Faults at random points, until there were enough. */
  private void faults(int most, long firstSeed) throws IOException {
    Map<Fault, Integer> counts = new TreeMap<>();
    int runs = 0;
    for (int done = 0; done < most; runs++) {
      AtomicFile.delete(run);
      Random random = new Random(firstSeed + runs);
      Session last = null;
      for (int i = 0;
          i < FAULTS_PER_RUN && done < most && (last == null || last.status() != 0);
          i++) {
        Fault fault = Fault.values()[1 + random.nextInt(3)];
        Faults.plan(run, fault, 1 + random.nextInt(FARTHEST), ALL);
        last = chain.run();
        Faults.end();
        if (last.status() != 0) {
          done++;
          counts.merge(fault, 1, Integer::sum);
          if (fault == Fault.FULL) {
            requireSentence("faults", "seed " + (firstSeed + runs), last);
          }
        }
      }
      Faults.end();
      compare("faults", "seed " + (firstSeed + runs), chain.run());
      tell("so far", "%d faults in %d runs", done, runs + 1);
    }
    tell("faults", "%s in %d runs", counts, runs);
  }

  /** What stopped a command must be told in one sentence with a path and what to do. */
  private void requireSentence(String part, String what, Session session) {
    List<String> lines =
        session.err().lines().filter(line -> !line.matches("\\d\\d:\\d\\d:\\d\\d .*")).toList();
    String sentence = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    boolean tells =
        sentence.contains(folder.toString())
            && sentence.matches(".*(Make room|needs|Move away|move it away|delete|free).*");
    if (!tells || session.err().contains("\tat ")) {
      fail(part, what + " ended with: " + session.err());
    }
  }

  private void compare(String part, String what, Session session) throws IOException {
    if (session.status() != 0) {
      fail(part, what + " did not end well: " + session.err());
      return;
    }
    Optional<String> difference = EndState.of(run).differenceTo(undisturbed);
    difference.ifPresent(sentence -> fail(part, what + ": " + sentence));
  }

  /** Every file of a finished run but its images, by what it is. */
  private Map<String, List<Path>> kinds(Path finished) throws IOException {
    Map<String, List<Path>> kinds = new LinkedHashMap<>();
    try (Stream<Path> all = Files.walk(finished)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile).sorted()::iterator) {
        String name = finished.relativize(file).toString();
        if (!name.startsWith("demo-data") && !name.equals(".lock")) {
          String kind = name.replaceFirst("[0-9a-f]{12}", "HASH").replaceFirst("test_\\w+", "test");
          kinds.computeIfAbsent(kind, any -> new ArrayList<>()).add(Path.of(name));
        }
      }
    }
    return kinds;
  }

  /**
   * Damages every kind of file in every way: in each run one file of each stage, and in the next
   * ones its others, so that every kind meets every way.
   */
  private void damage() throws IOException {
    Path finished = folder.resolve("finished");
    Map<String, List<String>> byStage = new LinkedHashMap<>();
    Map<String, List<Path>> kinds = kinds(finished);
    kinds
        .keySet()
        .forEach(
            kind ->
                byStage
                    .computeIfAbsent(
                        kind.contains("/") ? kind.substring(0, kind.indexOf('/')) : "",
                        any -> new ArrayList<>())
                    .add(kind));
    int deepest = byStage.values().stream().mapToInt(List::size).max().orElseThrow();
    Random random = new Random(1);
    int done = 0;
    for (Damage damage : Damage.values()) {
      for (int depth = 0; depth < deepest; depth++) {
        AtomicFile.delete(run);
        TinyChain.copy(finished, run);
        List<String> damaged = new ArrayList<>();
        for (List<String> stage : byStage.values()) {
          if (depth < stage.size()) {
            List<Path> files = kinds.get(stage.get(depth));
            damage.to(run.resolve(files.get(random.nextInt(files.size())).toString()));
            damaged.add(stage.get(depth));
          }
        }
        done += damaged.size();
        again("damage", damage + " " + damaged);
      }
    }
    tell("damage", "%d files of %d kinds, %d refusals", done, kinds.size(), refusals);
  }

  /** The command again; where it refuses a file, once more after that was deleted, as it says. */
  private void again(String part, String what) throws IOException {
    Session session = chain.run();
    for (int i = 0; i < MOST_REFUSALS && session.status() != 0; i++) {
      requireSentence(part, what, session);
      Optional<Path> named = named(session);
      if (named.isEmpty()) {
        break;
      }
      refusals++;
      AtomicFile.delete(named.get());
      session = chain.run();
    }
    if (session.status() == 0) {
      deleteUnread(part, what);
      session = unread > 0 ? chain.run() : session;
    }
    compare(part, what, session);
  }

  /**
   * Deletes the stores with a record that does not match its checksum. That is noticed by whoever
   * reads the record, and of a finished run no one does. A store that does not open at all is a
   * failure: a finished run opens its stores.
   */
  private void deleteUnread(String part, String what) throws IOException {
    unread = 0;
    try (Stream<Path> all = Files.walk(run)) {
      for (Path file : all.filter(path -> path.toString().endsWith(".bin")).toList()) {
        try (RecordFile store = RecordFile.open(file, magic(file), "store")) {
          if (!isIntact(store)) {
            AtomicFile.delete(file);
            unread++;
          }
        } catch (IOException e) {
          fail(part, what + ": passed over, " + e.getMessage());
        }
      }
    }
  }

  private static boolean isIntact(RecordFile store) {
    try {
      for (int i = 0; i < store.size(); i++) {
        store.record(i);
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String magic(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(8), StandardCharsets.US_ASCII);
    }
  }

  /** The file or folder below the run's that a refusal names. */
  private Optional<Path> named(Session refused) {
    return Pattern.compile(Pattern.quote(run.toString()) + "/[^ ,;:]*")
        .matcher(refused.err().lines().reduce((first, second) -> second).orElse(""))
        .results()
        .map(MatchResult::group)
        .map(Path::of)
        .filter(Files::exists)
        .findFirst();
  }

  /**
   * Damages in every way what a killed run left.
   *
   * @param at the operation of the kill, among those on files whose names contain {@code killedAt}
   * @param damaged what the names of the files contain that are damaged
   */
  private void interrupted(String part, String killedAt, int at, String damaged)
      throws IOException {
    AtomicFile.delete(run);
    Faults.plan(run, Fault.KILL, at, killedAt);
    chain.run();
    Faults.end();
    Path left = folder.resolve("left-" + part);
    TinyChain.copy(run, left);
    List<Path> files;
    try (Stream<Path> all = Files.walk(left)) {
      files =
          all.filter(Files::isRegularFile)
              .filter(
                  file -> Pattern.compile(damaged).matcher(file.getFileName().toString()).find())
              .toList();
    }
    for (Path file : files) {
      for (Damage damage : Damage.values()) {
        AtomicFile.delete(run);
        TinyChain.copy(left, run);
        damage.to(run.resolve(left.relativize(file).toString()));
        again(part, damage + " " + file.getFileName());
      }
    }
    if (files.isEmpty()) {
      fail(part, "no such file was left");
    }
    tell(part, "%d files", files.size());
  }

  /** Runs on file systems that are too small, which then grow. */
  private void smallDisks() throws IOException, InterruptedException {
    Path disk = folder.resolve("run");
    for (int kilobytes : new int[] {64, 256, 450, 600}) {
      AtomicFile.delete(disk);
      Files.createDirectory(disk);
      if (!mount("-t", "tmpfs", "-o", "size=" + kilobytes + "k", "tmpfs", disk.toString())) {
        tell("small disks", "skipped, because file systems cannot be mounted here");
        return;
      }
      try {
        Session session = chain.run();
        if (session.status() == 0) {
          fail("small disks", kilobytes + " kB are enough");
        } else {
          requireSentence("small disks", kilobytes + " kB", session);
        }
        mount("-o", "remount,size=256m", disk.toString());
        compare("small disks", kilobytes + " kB", chain.run());
      } finally {
        command("umount", "-l", disk.toString());
      }
    }
    tell("small disks", "4 sizes");
  }

  private static boolean mount(String... arguments) throws InterruptedException {
    String[] words = new String[arguments.length + 1];
    words[0] = "mount";
    System.arraycopy(arguments, 0, words, 1, arguments.length);
    return command(words);
  }

  private static boolean command(String... words) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
