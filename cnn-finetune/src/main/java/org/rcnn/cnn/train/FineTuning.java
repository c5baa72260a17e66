package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.Labelled;
import org.rcnn.data.SeedMix;

/**
 * Domain-specific fine-tuning (section 2.3 of the paper): the pre-trained network learns to tell
 * the N classes and background apart on warped regions.
 *
 * <p>Each batch holds a fixed number of positives and of backgrounds, drawn evenly and with
 * replacement from the whole pool, over all images, as the authors' {@code window_data_layer} does;
 * each region is mirrored half of the time. Layers that the transfer left new learn faster.
 *
 * <p>Training has one or more phases ({@link Phase}). Where the layers that learn are a suffix of
 * the network, what comes before can be computed once for each region and kept ({@link
 * KeptRegions}).
 *
 * <p>Same seed, machine and thread count give the same weights, also when a training was resumed
 * from its checkpoint.
 */
public final class FineTuning {

  /** Decoded images kept in memory unless told otherwise. */
  private static final long IMAGE_CACHE_BYTES = 1L << 30;

  /** Number of the first batch of range tests; no batch of the training has it or a next one. */
  private static final int RANGE_TEST_BATCHES = Integer.MIN_VALUE / 2;

  private static final int RANGE_TEST_BATCHES_OF_PHASE = RangeTest.ITERATIONS + RangeTest.TRIAL;

  /** Batches of held out regions that the validation loss is the mean of. */
  private static final int VALIDATION_BATCHES = 4;

  private final NetworkDefinition definition;
  private final FineTuningSettings settings;
  private final RegionPool pool;
  private final ImageCache images;
  private final HeldOut heldOut;
  private final ImageSource heldOutImages;
  private final KeptRegions kept;
  private final ComputeDevice device;

  /**
   * A stretch of the learning curve.
   *
   * @param iteration its last iteration, counted from 1
   * @param loss mean loss over the stretch
   * @param accuracy share of the stretch's regions whose own label scored highest
   * @param positiveAccuracy the same among regions with a class
   * @param validationLoss the loss on held out regions after the stretch; NaN without validation
   * @param validationPositiveAccuracy share of the held out regions with a class whose own label
   *     scored highest; NaN without validation
   */
  public record LearningPoint(
      int iteration,
      double loss,
      double accuracy,
      double positiveAccuracy,
      double validationLoss,
      double validationPositiveAccuracy) {

    /** As a checkpoint keeps it. */
    private double[] figures() {
      return new double[] {
        iteration, loss, accuracy, positiveAccuracy, validationLoss, validationPositiveAccuracy
      };
    }

    private static LearningPoint of(double[] figures) {
      return new LearningPoint(
          (int) figures[0], figures[1], figures[2], figures[3], figures[4], figures[5]);
    }
  }

  /**
   * What the weights after an iteration are worth.
   *
   * @param iteration counted from 1
   * @param figure the validation loss or the mean average precision, as {@link Judging#keep} says
   */
  public record Judgement(int iteration, double figure) {}

  /** Why a phase ended. */
  public enum Ending implements Labelled {
    /** It had all its iterations. */
    COMPLETED,
    /** As many judgements in a row as {@link Judging#patience} allows found nothing better. */
    NO_IMPROVEMENT
  }

  /**
   * Where a phase ended.
   *
   * @param iteration its last iteration, counted from 1 over all phases
   * @param ending why
   */
  public record PhaseEnd(int iteration, Ending ending) {}

  /** Receives progress. */
  public interface Listener {
    /** After every iteration, counted from 1. */
    void iteration(int done, int total, double loss);

    /**
     * After every iteration, before {@link #iteration}.
     *
     * @param done counted from 1
     * @param rate the base rate that the iteration took, as {@link Solver} has it
     */
    default void rate(int done, double rate) {}

    /** After every judgement of the weights. */
    default void judged(Judgement judgement) {}

    /**
     * Before anything else, if the training resumes from a checkpoint.
     *
     * @param done iterations that an earlier call did
     */
    default void resumed(int done) {}

    /** After every stretch of {@link #stretch()} iterations. */
    default void progress(LearningPoint progress) {}

    /** Iterations in a stretch of the learning curve. */
    default int stretch() {
      return 50;
    }

    /**
     * After every iteration of a range test, which comes before a phase's first iteration.
     *
     * @param done iterations of the training done
     * @param rate the rate that was tried
     */
    default void testing(int done, double rate, double loss) {}

    /**
     * After a phase's range test.
     *
     * @param phase the phase's number, from 0
     * @param rate the rate that the phase takes
     */
    default void tested(int phase, RangeTest test, double rate) {}
  }

  /**
   * The outcome.
   *
   * @param weights the fine-tuned weights
   * @param curve the learning curve, that of earlier calls included
   * @param distances by layer, how far its weights moved: the Euclidean length of the way from
   *     start to end as a share of the start's
   * @param ends where the phases ended
   * @param judgements what was judged, iterations ascending
   * @param kept the iteration that the weights are of
   * @param movements where the layers stood after the first iteration and at each point of the
   *     curve
   * @param rangeTests the range test of each phase; empty if no rate was to be suggested
   */
  public record Result(
      Weights weights,
      List<LearningPoint> curve,
      Map<String, Double> distances,
      List<PhaseEnd> ends,
      List<Judgement> judgements,
      int kept,
      List<Movement> movements,
      List<RangeTest> rangeTests) {
    /** Keeps its own copies. */
    public Result {
      curve = List.copyOf(curve);
      ends = List.copyOf(ends);
      judgements = List.copyOf(judgements);
      movements = List.copyOf(movements);
      rangeTests = List.copyOf(rangeTests);
      distances = Collections.unmodifiableMap(new LinkedHashMap<>(distances));
    }

    /** A result without movements and range tests. */
    public Result(
        Weights weights,
        List<LearningPoint> curve,
        Map<String, Double> distances,
        List<PhaseEnd> ends,
        List<Judgement> judgements,
        int kept) {
      this(weights, curve, distances, ends, judgements, kept, List.of(), List.of());
    }

    /** The phases of the settings, each with the rate that it took. */
    public List<Phase> phases(FineTuningSettings settings) {
      return IntStream.range(0, settings.phases().size())
          .mapToObj(i -> SuggestedRates.phase(rangeTests, i, settings.phases().get(i)))
          .toList();
    }
  }

  /**
   * A fine-tuning.
   *
   * @param definition the network, with one score for background and one for each class
   * @param pool labelled regions
   * @param images the images the pool's regions lie in
   * @throws IllegalArgumentException if the pool lacks positives or backgrounds
   */
  public FineTuning(
      NetworkDefinition definition,
      FineTuningSettings settings,
      RegionPool pool,
      ImageSource images) {
    this(definition, settings, pool, null, images, null, ComputeDevice.CPU, IMAGE_CACHE_BYTES);
  }

  /**
   * A fine-tuning with validation and with regions that were computed before. After every stretch,
   * the loss is measured on about 512 regions of images that it does not learn from, the same ones
   * each time, without dropout. That does not change what is learned, unless {@link Judging} is on:
   * then the best weights are kept, each phase goes on from the best so far, and one that finds
   * nothing better ends early.
   *
   * @param definition the network, with one score for background and one for each class
   * @param pool labelled regions
   * @param heldOut other images, labelled alike; null for none
   * @param images the images the pools' regions lie in; may be asked by two threads at once
   * @param kept regions with their values at a tap, for phases in which nothing up to that tap
   *     learns; null to warp regions in every phase
   * @param device where the network trains
   * @param imageCacheBytes decoded images kept in memory, which changes time alone
   * @throws IllegalArgumentException if a pool lacks positives or backgrounds, or the settings ask
   *     for judgements that nothing is given for
   */
  public FineTuning(
      NetworkDefinition definition,
      FineTuningSettings settings,
      RegionPool pool,
      HeldOut heldOut,
      ImageSource images,
      KeptRegions kept,
      ComputeDevice device,
      long imageCacheBytes) {
    requireBothKinds("the pool", pool);
    if (heldOut != null) {
      requireBothKinds("the pool held out for validation", heldOut.regions());
    }
    requireJudge(settings.judging().keep(), heldOut);
    if (kept != null) {
      requireBothKinds("the pool of kept regions", kept.pool());
    }
    this.kept = kept;
    this.definition = definition.withDropout((float) settings.dropout());
    this.settings = settings;
    this.pool = pool;
    this.images = new ImageCache(images, imageCacheBytes);
    this.heldOut = heldOut;
    this.heldOutImages = images;
    this.device = device;
  }

  private static void requireBothKinds(String name, RegionPool pool) {
    if (pool.positiveCount() == 0 || pool.backgroundCount() == 0) {
      throw new IllegalArgumentException(
          "Fine-tuning needs regions of both kinds: %s has %d positives and %d backgrounds."
              .formatted(name, pool.positiveCount(), pool.backgroundCount()));
    }
  }

  private static void requireJudge(Keep keep, HeldOut heldOut) {
    boolean given =
        switch (keep) {
          case LAST -> true;
          case LOWEST_LOSS -> heldOut != null;
          case HIGHEST_MAP -> heldOut != null && heldOut.judge() != null;
        };
    if (!given) {
      throw new IllegalArgumentException(
          "To keep the weights with the %s, fine-tuning needs images held out%s."
              .formatted(
                  keep == Keep.LOWEST_LOSS ? "lowest loss" : "highest mAP",
                  keep == Keep.LOWEST_LOSS ? "" : " and a judge"));
    }
  }

  /**
   * How often each label occurs in the batches of the whole training, background first. Batches
   * follow from the seed alone, so no training has to run for it.
   *
   * @param classes number of classes, background not counted
   * @param newLayers as in {@link #run}
   * @param ends where the phases ended, as in the {@link Result}
   */
  public long[] labelsDrawn(int classes, Set<String> newLayers, List<PhaseEnd> ends) {
    long[] drawn = new long[classes + 1];
    int first = 0;
    for (int phase = 0; phase < ends.size(); phase++) {
      RegionPool from = inputs(phase, newLayers).pool();
      int end = ends.get(phase).iteration();
      for (int i = first; i < end; i++) {
        Random random = batchRandom(i);
        for (int place = 0; place < batch(); place++) {
          drawn[from.label(draw(from, place, random))]++;
          random.nextBoolean();
        }
      }
      first = end;
    }
    return drawn;
  }

  /**
   * Trains to the end; resumes from the checkpoint if there is one.
   *
   * @param start the weights to start from
   * @param newLayers names of the layers that learn at the new layers' rates
   * @param checkpoint where the state is kept every 100 iterations, or every 500 of kept regions;
   *     it stays there at the end, for the caller to delete once the result is saved
   * @throws IllegalArgumentException if a phase has no layer that may learn
   * @throws DivergedException at the first loss that is no number
   * @throws IOException if an image or the checkpoint cannot be read or written, or the judge fails
   */
  public Result run(Weights start, Set<String> newLayers, Path checkpoint, Listener listener)
      throws IOException {
    for (int i = 0; i < settings.phases().size(); i++) {
      requireLearning(i, newLayers);
    }
    WeightFile saved = Checkpoint.read(checkpoint, identity());
    int done = Checkpoint.done(saved);
    if (done > 0) {
      listener.resumed(done);
    }
    Selection selection = new Selection(settings.judging(), saved);
    List<LearningPoint> curve =
        new ArrayList<>(Checkpoint.curve(saved).stream().map(LearningPoint::of).toList());
    MovementLog movements = new MovementLog(definition, start, saved);
    SuggestedRates rates = new SuggestedRates(saved);
    Course course = new Course(checkpoint, curve, selection, movements, rates, listener);
    Weights weights = saved == null ? start : saved.weights();
    while (selection.ends().size() < settings.phases().size()) {
      int index = selection.ends().size();
      boolean resumes = done > selection.begin();
      Weights first = resumes ? weights : selection.bestOr(weights);
      if (settings.suggestRate() && rates.tests().size() == index) {
        RangeTest test = rangeTest(index, first, newLayers, course);
        rates.add(test);
        Phase phase = rates.phase(index, settings.phases().get(index));
        listener.tested(index, test, phase.rate());
      }
      Phase phase = rates.phase(index, settings.phases().get(index));
      movements.beginPhase();
      try (Network network = new Network(definition, first, device.engineDevice());
          MomentumSgd sgd =
              new MomentumSgd(
                  network, settings.solver(phase), name -> rateFactor(phase, name, newLayers))) {
        if (resumes) {
          sgd.restore(Checkpoint.velocities(saved.weights()));
        }
        new Training(network, sgd, phase, inputs(index, newLayers), course)
            .run(Math.max(selection.begin(), done));
        weights = network.weights();
      }
    }
    Weights tuned = selection.bestOr(weights);
    return new Result(
        ofDefinition(tuned),
        curve,
        movements.distances(tuned),
        selection.ends(),
        selection.judgements(),
        selection.kept(),
        movements.movements(),
        rates.tests());
  }

  /** Tries rates on copies of the network, which the training knows nothing of. */
  private RangeTest rangeTest(int index, Weights from, Set<String> newLayers, Course course)
      throws IOException {
    List<RangeTest.Point> points = new ArrayList<>();
    int first = RANGE_TEST_BATCHES + index * RANGE_TEST_BATCHES_OF_PHASE;
    Start start = new Start(index, from, newLayers);
    tryRates(
        start,
        first,
        RangeTest.ITERATIONS,
        RangeTest::rate,
        (rate, loss) -> {
          points.add(new RangeTest.Point(rate, loss));
          course.listener().testing(course.selection().begin(), rate, loss);
          return !RangeTest.isOver(points.get(0).loss(), loss);
        });
    RangeTest test = new RangeTest(points);
    while (test.next().isPresent()) {
      double candidate = test.next().getAsDouble();
      RangeTest before = test;
      List<Double> losses = new ArrayList<>();
      tryRates(
          start,
          first + RangeTest.ITERATIONS,
          RangeTest.TRIAL,
          iteration -> candidate,
          (rate, loss) -> {
            if (!before.isBearable(loss)) {
              return false;
            }
            losses.add(loss);
            course.listener().testing(course.selection().begin(), rate, loss);
            return true;
          });
      test = test.with(new RangeTest.Trial(candidate, losses));
    }
    return test;
  }

  /** Sees each loss of a copy that is trained to try rates. */
  private interface Watch {
    /** Whether the copy goes on. */
    boolean goesOn(double rate, double loss);
  }

  /**
   * Copies of the network at the beginning of a phase.
   *
   * @param index the phase's number
   */
  private record Start(int index, Weights weights, Set<String> newLayers) {}

  /**
   * Trains a copy of the network to try rates, on batches of the training's pool that the training
   * does not see. It ends early at a loss that is no number, or where the watch says so.
   *
   * @param first the number of the first batch
   */
  private void tryRates(
      Start start, int first, int iterations, IntToDoubleFunction rates, Watch watch)
      throws IOException {
    Phase phase = settings.phases().get(start.index()).withRate(RangeTest.LOWEST);
    PhaseInputs inputs = inputs(start.index(), start.newLayers());
    Stretch ignored = new Stretch(settings.positives());
    try (Network network = new Network(definition, start.weights(), device.engineDevice());
        MomentumSgd sgd =
            new MomentumSgd(
                network,
                settings.solver(phase),
                name -> rateFactor(phase, name, start.newLayers()));
        BatchFeeder feeder = feeder(inputs, first)) {
      for (int i = 0; i < iterations; i++) {
        double rate = rates.applyAsDouble(i);
        BatchFeeder.Batch batch = feeder.take();
        double loss;
        try (NDManager scratch = network.manager().newSubManager()) {
          loss = gradients(network, inputs, batch, first + i, scratch, ignored);
          sgd.step(scratch, rate / RangeTest.LOWEST);
        }
        feeder.release(batch);
        if (!Double.isFinite(loss) || !watch.goesOn(rate, loss)) {
          return;
        }
      }
    }
  }

  /** The network's own parameters; a checkpoint has more. */
  private Weights ofDefinition(Weights weights) {
    Map<String, Tensor> own = new LinkedHashMap<>(weights.tensors());
    own.keySet().retainAll(definition.parameters().keySet());
    return new Weights(own);
  }

  /** What a training leaves on its way, over all phases. */
  private record Course(
      Path checkpoint,
      List<LearningPoint> curve,
      Selection selection,
      MovementLog movements,
      SuggestedRates rates,
      Listener listener) {}

  /** Identifies the training that a checkpoint belongs to. */
  private String identity() {
    return String.format(
        Locale.ROOT,
        "%s, %d outputs, %d regions, %s, %s",
        definition.name(),
        definition.outputs(),
        pool.size(),
        kept == null ? "none kept" : kept.pool().size() + " kept at " + kept.tap().label(),
        settings);
  }

  private void requireLearning(int index, Set<String> newLayers) {
    Phase phase = settings.phases().get(index);
    boolean learns =
        definition.parameters().keySet().stream()
            .anyMatch(name -> rateFactor(phase, name, newLayers) > 0);
    if (!learns) {
      throw new IllegalArgumentException(
          "Phase %d of fine-tuning has no layer that may learn: its layers are %s, and of these all"
                  .formatted(index + 1, String.join(", ", phase.layers()))
              + " are frozen or have a rate of 0, or the network has none.");
    }
  }

  private double rateFactor(Phase phase, String parameter, Set<String> newLayers) {
    String name = layerOf(parameter);
    Layer layer =
        definition.parameterLayers().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow();
    if (!settings.learns(phase, layer, newLayers)) {
      return 0;
    }
    boolean bias = parameter.endsWith(".bias");
    double own = settings.layerRates().getOrDefault(name, 1.0);
    if (newLayers.contains(name)) {
      return own * (bias ? settings.newBiasRate() : settings.newWeightRate());
    }
    return own * (bias ? settings.copiedBiasRate() : 1);
  }

  private static String layerOf(String parameter) {
    return parameter.substring(0, parameter.lastIndexOf('.'));
  }

  private int batch() {
    return settings.positives() + settings.backgrounds();
  }

  private Random batchRandom(int iteration) {
    return new Random(SeedMix.mix(settings.seed(), iteration));
  }

  /** The region at a place of a batch: positives first. */
  private int draw(RegionPool from, int place, Random random) {
    return place < settings.positives()
        ? from.positive(random.nextInt(from.positiveCount()))
        : from.background(random.nextInt(from.backgroundCount()));
  }

  private BatchFeeder feeder(PhaseInputs inputs, int first) {
    return new BatchFeeder(
        (iteration, values, labels) -> fill(inputs, iteration, values, labels),
        first,
        batch(),
        inputs.perRegion());
  }

  /** Fills a batch: positives first, then backgrounds, each region mirrored or not. */
  private void fill(PhaseInputs inputs, int iteration, float[] values, long[] labels)
      throws IOException {
    Random random = batchRandom(iteration);
    RegionPool from = inputs.pool();
    for (int i = 0; i < labels.length; i++) {
      int region = draw(from, i, random);
      boolean mirror = random.nextBoolean() && settings.mirror();
      labels[i] = from.label(region);
      inputs.put(region, mirror, values, i * inputs.perRegion());
    }
  }

  /**
   * Runs a batch forward and backward, so that the network's parameters have their gradients.
   *
   * @param sums receives loss and hits
   * @return the loss
   */
  private double gradients(
      Network network,
      PhaseInputs inputs,
      BatchFeeder.Batch batch,
      int iteration,
      NDManager scratch,
      Stretch sums) {
    // Dropout draws from the engine's one generator; seeding it each time lets any iteration be
    // repeated.
    TorchEngine.instance().setRandomSeed((int) SeedMix.mix(settings.seed(), iteration, 1));
    NDArray labels = scratch.create(batch.labels);
    try (GradientCollector collector = TorchEngine.instance().newGradientCollector()) {
      NDArray scores = inputs.train(network, batch, scratch);
      NDArray mean = SoftmaxLoss.of(scores, labels, 0);
      collector.backward(mean);
      double loss = mean.getFloat();
      sums.add(loss, scores.toFloatArray(), batch.labels);
      return loss;
    }
  }

  /** What the network gets in a phase: kept values only while they are still the network's. */
  private PhaseInputs inputs(int phase, Set<String> newLayers) {
    List<Phase> soFar = settings.phases().subList(0, phase + 1);
    boolean suffix =
        kept != null
            && definition
                .lastFixedTap(
                    layer ->
                        soFar.stream().anyMatch(each -> settings.learns(each, layer, newLayers)))
                .filter(tap -> tap.compareTo(kept.tap()) >= 0)
                .isPresent();
    HeldOutWarps others =
        new HeldOutWarps(definition, heldOut == null ? null : heldOut.regions(), heldOutImages);
    return suffix
        ? new KeptInputs(definition, kept, others)
        : new WarpedInputs(definition, pool, images, others);
  }

  /** A phase in progress. */
  private final class Training {
    private final Network network;
    private final MomentumSgd sgd;
    private final Phase phase;
    private final int begin;
    private final PhaseInputs inputs;
    private final Course course;
    private final Stretch stretch = new Stretch(settings.positives());
    private Map<String, Double> lastGradients = Map.of();

    Training(Network network, MomentumSgd sgd, Phase phase, PhaseInputs inputs, Course course) {
      this.network = network;
      this.sgd = sgd;
      this.phase = phase;
      this.begin = course.selection().begin();
      this.inputs = inputs;
      this.course = course;
    }

    void run(int first) throws IOException {
      boolean ended = false;
      try (BatchFeeder feeder = feeder(inputs, first)) {
        for (int i = first; !ended; i++) {
          BatchFeeder.Batch batch = feeder.take();
          double loss = step(batch, i);
          feeder.release(batch);
          course.listener().rate(i + 1, phase.rate() * factor(i));
          course.listener().iteration(i + 1, settings.iterations(), loss);
          ended = follow(i + 1);
          if ((i + 1) % inputs.checkpointEvery() == 0) {
            writeCheckpoint(i + 1);
          }
        }
      }
    }

    /**
     * Measures and judges where it is time to.
     *
     * @param done iterations done, over all phases
     * @return whether the phase ends here
     */
    private boolean follow(int done) throws IOException {
      Selection selection = course.selection();
      Judging judging = settings.judging();
      boolean last = done == planned();
      double[] validated = null;
      boolean exhausted = false;
      if (isJudged(done)) {
        double figure;
        if (judging.keep() == Keep.LOWEST_LOSS) {
          validated = validated();
          figure = validated[0];
        } else {
          figure = heldOut.judge().meanAp(network.weights(), inputs.areKept());
        }
        Judgement judgement = new Judgement(done, figure);
        selection.add(judgement, network::weights);
        course.listener().judged(judgement);
        exhausted = !last && selection.isExhausted();
      }
      boolean ends = last || exhausted;
      boolean point = done % course.listener().stretch() == 0 || ends;
      if (point || done == 1) {
        measureMovement(done);
      }
      if (point) {
        LearningPoint found = stretch.finish(done, validated == null ? validated() : validated);
        course.curve().add(found);
        course.listener().progress(found);
      }
      if (ends) {
        selection.endPhase(
            new PhaseEnd(done, exhausted ? Ending.NO_IMPROVEMENT : Ending.COMPLETED));
      }
      return ends;
    }

    private void writeCheckpoint(int done) throws IOException {
      List<double[]> figures = course.curve().stream().map(LearningPoint::figures).toList();
      WeightFile state =
          Checkpoint.of(network.weights(), sgd.velocities(), done, figures, identity());
      state = course.rates().addTo(course.movements().addTo(course.selection().addTo(state)));
      Checkpoint.write(state, course.checkpoint());
    }

    private double step(BatchFeeder.Batch batch, int iteration) throws DivergedException {
      try (NDManager scratch = network.manager().newSubManager()) {
        double loss = gradients(network, inputs, batch, iteration, scratch, stretch);
        if (!Double.isFinite(loss)) {
          throw diverged(iteration + 1);
        }
        int done = iteration + 1;
        lastGradients =
            done == 1 || mayEndStretch(done)
                ? course.movements().gradients(network, sgd.parameters())
                : Map.of();
        sgd.step(scratch, factor(iteration));
        return loss;
      }
    }

    private double factor(int iteration) {
      Solver.Schedule schedule = settings.solver(phase).schedule();
      return schedule.factor(iteration - begin, phase.iterations());
    }

    private DivergedException diverged(int done) {
      return new DivergedException(
          done, phase.rate() * factor(done - 1), "Take a lower rate, such as a tenth of it.");
    }

    /** Whether a point of the learning curve may follow: only a judgement ends a phase early. */
    private boolean mayEndStretch(int done) {
      return done % course.listener().stretch() == 0 || done == planned() || isJudged(done);
    }

    private boolean isJudged(int done) {
      return settings.judging().isOn()
          && ((done - begin) % settings.judging().judgeEvery() == 0 || done == planned());
    }

    /** Iterations over all phases when this one has had all its own. */
    private int planned() {
      return begin + phase.iterations();
    }

    private void measureMovement(int done) throws DivergedException {
      if (!course.movements().add(done, network, sgd.parameters(), lastGradients)) {
        throw diverged(done);
      }
    }

    /** Loss, and accuracy on positives, of the held out regions. */
    private double[] validated() throws IOException {
      if (heldOut == null) {
        return new double[] {Double.NaN, Double.NaN};
      }
      Stretch sums = new Stretch(settings.positives());
      long[] labels = new long[batch()];
      int[] regions = new int[batch()];
      for (int b = 0; b < VALIDATION_BATCHES; b++) {
        // Negative numbers, which no batch of the training has.
        Random random = batchRandom(-1 - b);
        for (int i = 0; i < labels.length; i++) {
          regions[i] = draw(heldOut.regions(), i, random);
          labels[i] = heldOut.regions().label(regions[i]);
        }
        try (NDManager scratch = network.manager().newSubManager()) {
          NDArray scores = inputs.validate(network, b, regions, scratch);
          double loss = SoftmaxLoss.of(scores, scratch.create(labels), 0).getFloat();
          sums.add(loss, scores.toFloatArray(), labels);
        }
      }
      LearningPoint found = sums.finish(0, new double[] {Double.NaN, Double.NaN});
      return new double[] {found.loss(), found.positiveAccuracy()};
    }
  }
}
