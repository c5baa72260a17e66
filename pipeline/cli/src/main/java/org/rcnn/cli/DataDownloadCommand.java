package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.rcnn.cli.download.Checksum;
import org.rcnn.cli.download.Download;
import org.rcnn.cli.download.TarArchive;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.progress.Resumable;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rcnn data download}: downloads VOC2007, or another file with a known checksum. */
@Command(
    name = "download",
    description = {
      "Downloads VOC2007's trainval and test archives (911 MB), verifies and unpacks them.",
      "Run the command again to resume a broken download."
    })
final class DataDownloadCommand implements Callable<Integer>, Resumable {

  private static final List<Download.Source> VOC2007 =
      List.of(
          voc2007("VOCtrainval_06-Nov-2007.tar", 460_032_000, "c52e279531787c972589f7e41ab4ae64"),
          voc2007("VOCtest_06-Nov-2007.tar", 451_020_800, "b6e924de25625d8de591ea690078ad9f"));

  private static Download.Source voc2007(String name, long size, String md5) {
    return new Download.Source(
        URI.create("http://host.robots.ox.ac.uk/pascal/VOC/voc2007/" + name),
        size,
        new Checksum(md5));
  }

  @Option(
      names = "--out",
      defaultValue = ".",
      paramLabel = "DIR",
      description = "The folder for the archives and their contents; default: the current folder.")
  private Path out;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Another source: a mirror of VOC2007's archives, or any file with --checksum. May be"
              + " repeated. A .tar file is unpacked.")
  private List<String> urls = List.of();

  @Option(
      names = "--checksum",
      paramLabel = "HEX",
      description = "MD5 or SHA-256 of the file at --url.")
  private String checksum;

  @Option(names = "--delete-archive", description = "Delete an archive after it is unpacked.")
  private boolean deleteArchive;

  @Mixin private Output output;

  @Override
  public String kept() {
    return "what was fetched is kept";
  }

  @Override
  public Integer call() throws IOException {
    List<Download.Source> sources = sources();
    Download download = new Download("--url");
    PrintWriter report = output.out();
    ObjectNode tree = Json.object();
    ArrayNode rows = tree.putArray("files");
    for (Download.Source source : sources) {
      Path file = download.fetch(source, out);
      report.printf("%s: %d bytes, %s%n", file, Files.size(file), source.checksum());
      ObjectNode row = rows.addObject();
      row.put("file", file.toString());
      row.put("url", source.url().toString());
      row.put("bytes", Files.size(file));
      row.put("checksum", source.checksum().hex());
      if (source.name().endsWith(".tar")) {
        int files = TarArchive.unpack(file, out);
        report.printf("%s: %d files unpacked%n", out, files);
        row.put("unpacked", files);
        if (deleteArchive) {
          Files.delete(file);
        }
      }
      report.flush();
    }
    output.write(tree);
    return 0;
  }

  private List<Download.Source> sources() {
    if (checksum != null && urls.size() != 1) {
      throw new ConfigException(
          "--checksum needs exactly one --url, not %d.".formatted(urls.size()));
    }
    if (urls.isEmpty()) {
      return VOC2007;
    }
    List<Download.Source> sources = new ArrayList<>();
    for (String url : urls) {
      sources.add(source(url));
    }
    return sources;
  }

  /** A VOC2007 archive is known by its name at any address; other files need a checksum. */
  private Download.Source source(String text) {
    URI url = Download.Source.address("--url", text);
    if (checksum != null) {
      return new Download.Source(url, -1, new Checksum(checksum));
    }
    String name = new Download.Source(url, -1, null).name();
    return VOC2007.stream()
        .filter(known -> known.name().equals(name))
        .map(known -> new Download.Source(url, known.size(), known.checksum()))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    "'%s' is not an archive of VOC2007; give its --checksum.".formatted(name)));
  }
}
