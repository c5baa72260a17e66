package org.rcnn.proposals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.scenes.SceneGenerator;

/**
 * Each stage of selective search alone, on one colour space of one image: what one call costs in
 * the steady state. A search in the authors' fast mode calls the stages up to the graph, and the
 * histograms, once for each of its two colour spaces, and those after them once for each
 * segmentation or hierarchy.
 *
 * <p>From the project's folder, built or not:
 *
 * <pre>./rcnn bench --help &gt; /dev/null &amp;&amp;
 *   java -cp "pipeline/cli/target/bench-app/*" org.openjdk.jmh.Main StageBenchmark</pre>
 *
 * <p>It takes a generated scene of 500 × 375 pixels; {@code -p image=PHOTO} takes a photo instead,
 * and JMH's own options, such as {@code -f 3} for three forks, follow likewise.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StageBenchmark {

  private static final int K = 50;
  private static final int LARGER_K = 100;
  private static final Set<Similarity> ALL = EnumSet.allOf(Similarity.class);
  private static final Set<Similarity> SHAPE = EnumSet.of(Similarity.SIZE, Similarity.FILL);

  /** A file, or {@code scene} for a generated one. */
  @Param("scene")
  public String image;

  /** Where the image is segmented. */
  @Param({"HSV", "LAB"})
  public ColourSpace space;

  private RgbImage pixels;
  private int width;
  private int height;
  private int channels;
  private byte[][] planes;
  private int[][] smoothed;
  private int[][] labels;
  private int[] regions;
  private int[] counts;
  private BoxCollection boxes;

  private final ColourConversion conversion = new ColourConversion(Variant.AUTHORS);
  private final GaussianSmoothing smoothing = new GaussianSmoothing(0.8);
  private final PixelGraph graph = new PixelGraph();
  private final GraphMerging merging = new GraphMerging();
  private final RegionHistograms histograms = new RegionHistograms(Variant.AUTHORS);
  private final RegionGraph regionGraph = new RegionGraph();
  private final HierarchicalGrouping grouping = new HierarchicalGrouping();
  private final CoverageRanking ranking = new CoverageRanking();
  private final SelectiveSearch search = new SelectiveSearch(SelectiveSearchConfig.fast());

  /** Runs every stage once, so that each finds its input. */
  @Setup
  public void prepare() throws IOException {
    pixels =
        image.equals("scene")
            ? ImageScaling.scale(new SceneGenerator(1).scene(0).image(), 500, 375)
            : ImageFiles.read(Path.of(image));
    width = pixels.width();
    height = pixels.height();
    channels = space.channels();
    planes = new byte[channels][width * height];
    smoothed = new int[channels][width * height];
    labels = new int[2][width * height];
    regions = new int[2];
    colourConversion();
    smoothing();
    pixelGraph();
    regions[1] = merging.segment(graph, LARGER_K, LARGER_K, labels[1]);
    merging();
    histograms();
    regionGraph();
    counts = new int[regions[0] * RegionHistograms.stride(channels)];
    regionSums();
    boxes = new SearchWorkspace(SelectiveSearchConfig.fast()).search(pixels);
  }

  /** RGB to the planes of the colour space. */
  @Benchmark
  public byte[][] colourConversion() {
    conversion.convert(space, pixels.rgb(), width * height, planes);
    return planes;
  }

  /** Smoothing of all channels. */
  @Benchmark
  public int[][] smoothing() {
    for (int c = 0; c < channels; c++) {
      smoothing.smooth(planes[c], width, height, smoothed[c]);
    }
    return smoothed;
  }

  /** All edges, measured and sorted. */
  @Benchmark
  public PixelGraph pixelGraph() {
    graph.build(smoothed, channels, width, height, true);
    return graph;
  }

  /** The segmentation at one k over the sorted edges. */
  @Benchmark
  public int merging() {
    regions[0] = merging.segment(graph, K, K, labels[0]);
    return regions[0];
  }

  /** Colour and texture of two segmentations' common refinement. */
  @Benchmark
  public RegionHistograms histograms() {
    histograms.count(planes, smoothed, channels, width, height, labels, 2);
    return histograms;
  }

  /** Sizes, boxes and neighbours of one segmentation's regions. */
  @Benchmark
  public int regionGraph() {
    regionGraph.build(labels[0], width, height, regions[0]);
    return regionGraph.pairs();
  }

  /** The histograms of one segmentation's regions. */
  @Benchmark
  public int[] regionSums() {
    histograms.sum(0, regions[0], regionGraph.sizes(), counts);
    return counts;
  }

  /** One hierarchy by all four similarities. */
  @Benchmark
  public int groupingByAll() {
    return grouping.group(regionGraph, counts, channels, ALL);
  }

  /** One hierarchy without histograms. */
  @Benchmark
  public int groupingBySizeAndFill() {
    return grouping.group(regionGraph, counts, channels, SHAPE);
  }

  /** The order of fast mode's boxes, both colour spaces together. */
  @Benchmark
  public int[] coverageRanking() {
    return ranking.order(boxes, width, height, 2_100);
  }

  /** Fast mode as a whole, both colour spaces together. */
  @Benchmark
  public List<Box> fastMode() {
    return search.propose(pixels);
  }
}
