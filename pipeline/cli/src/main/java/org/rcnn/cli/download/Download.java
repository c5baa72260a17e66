package org.rcnn.cli.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.pipeline.run.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches a file over HTTP and verifies it.
 *
 * <p>Bytes arrive in {@code NAME.part}, which a later try, or a later run, goes on from where the
 * server can; the file has its own name only once size and checksum are right. The checksum is what
 * makes a plain HTTP source, or a mirror, as good as any.
 */
public final class Download {

  private static final Logger LOG = LoggerFactory.getLogger(Download.class);
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");

  /** Tries that bring no byte, one after the other, before giving up. */
  private static final int FRUITLESS_TRIES = 3;

  private static final int MEGABYTE = 1 << 20;

  /**
   * What to fetch.
   *
   * @param url from where
   * @param size its bytes, or −1 if only the server knows
   * @param checksum what its bytes must give
   */
  public record Source(URI url, long size, Checksum checksum) {
    /** The file's name: the last part of the address. */
    public String name() {
      String path = url.getPath();
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  private final HttpClient client;
  private final Duration patience;

  public Download() {
    this(Duration.ofMinutes(1));
  }

  /**
   * A download.
   *
   * @param patience a connection is given up, and another one made, if no byte comes for so long
   */
  public Download(Duration patience) {
    this.patience = patience;
    client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(30))
            .build();
  }

  /**
   * The verified file in a folder; nothing is fetched if it is there.
   *
   * @throws IOException in one sentence, if the server refuses or the file is not the expected one
   */
  public Path fetch(Source source, Path folder) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(source.name());
    if (Files.exists(file)) {
      String complaint = complaint(source, file);
      if (complaint != null) {
        throw new IOException(
            "%s %s: it is another file or damaged; move it away and try again."
                .formatted(file, complaint));
      }
      LOG.info("{} is there, and its checksum is right", file);
      return file;
    }
    Path part = folder.resolve(source.name() + ".part");
    receiveAll(source, part);
    String complaint = complaint(source, part);
    if (complaint != null) {
      // Going on from wrong bytes would never give the right file.
      Files.delete(part);
      throw new IOException(
          "What came from %s %s: it is another file or damaged, and was deleted."
              .formatted(source.url(), complaint));
    }
    return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What is wrong with a file, or null if it is the expected one. */
  private static String complaint(Source source, Path file) throws IOException {
    if (source.size() >= 0 && Files.size(file) != source.size()) {
      return "has %d bytes, not %d".formatted(Files.size(file), source.size());
    }
    Checksum actual = source.checksum().of(file);
    return actual.equals(source.checksum())
        ? null
        : "has %s, not %s".formatted(actual, source.checksum().hex());
  }

  /** Receives until the file is complete, going on after broken connections. */
  private void receiveAll(Source source, Path part) throws IOException {
    int fruitless = 0;
    while (true) {
      long before = sizeOf(part);
      try {
        receive(source, part);
        return;
      } catch (ServerRefusal e) {
        throw e;
      } catch (IOException e) {
        fruitless = sizeOf(part) > before ? 0 : fruitless + 1;
        if (fruitless == FRUITLESS_TRIES) {
          throw new IOException(
              "%s cannot be fetched (%s); what has arrived is kept, and the same command goes on from there."
                  .formatted(source.url(), reason(e)),
              e);
        }
        LOG.warn("The connection broke after {} bytes ({}); trying again", sizeOf(part), reason(e));
      }
    }
  }

  private static String reason(IOException failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static long sizeOf(Path part) throws IOException {
    return Files.exists(part) ? Files.size(part) : 0;
  }

  /** An answer that another try would get again. */
  private static final class ServerRefusal extends IOException {
    private static final long serialVersionUID = 1L;

    ServerRefusal(String message) {
      super(message);
    }
  }

  /** One connection: from where the part ends to the end of the file. */
  private void receive(Source source, Path part) throws IOException {
    long have = sizeOf(part);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(source.url()).timeout(Duration.ofMinutes(1)).GET();
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    HttpResponse<InputStream> response = send(request.build());
    try (InputStream body = response.body()) {
      switch (response.statusCode()) {
        case 200 -> copy(source, body, part, 0, length(response));
        case 206 -> {
          requireStart(response, have);
          copy(source, body, part, have, have + length(response));
        }
        // Nothing lies behind the part: it is complete, or not of this file. The checksum knows.
        case 416 -> LOG.info("{} is complete", part);
        default ->
            throw new ServerRefusal(
                "The server answered %d for %s; --url names another source."
                    .formatted(response.statusCode(), source.url()));
      }
    }
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerRefusal("The download was interrupted.");
    }
  }

  /** Bytes that the server announces; far below 0 if it does not. */
  private static long length(HttpResponse<?> response) {
    return response.headers().firstValueAsLong("Content-Length").orElse(Long.MIN_VALUE / 2);
  }

  private static void requireStart(HttpResponse<?> response, long start) throws IOException {
    String range = response.headers().firstValue("Content-Range").orElse("");
    Matcher fields = CONTENT_RANGE.matcher(range);
    if (!fields.matches() || Long.parseLong(fields.group(1)) != start) {
      throw new ServerRefusal(
          "The server sent '%s' when asked to go on from byte %d; delete the .part file and try again."
              .formatted(range, start));
    }
  }

  private void copy(Source source, InputStream body, Path part, long from, long announced)
      throws IOException {
    // A read knows no time limit: it would wait without end for a connection that went dead.
    Watchdog watchdog = new Watchdog(body, patience);
    try {
      copyWatched(source, body, part, from, announced, watchdog);
    } catch (IOException e) {
      throw watchdog.gaveUp
          ? new IOException("nothing came for " + patience.toSeconds() + " s", e)
          : e;
    } finally {
      watchdog.stop();
    }
  }

  /** Closes a stream from which nothing came for a while, which ends the read that waits for it. */
  private static final class Watchdog {
    private volatile boolean gaveUp;
    private final AtomicLong latest = new AtomicLong(System.nanoTime());
    private final ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "download-watchdog");
              thread.setDaemon(true);
              return thread;
            });

    Watchdog(InputStream watched, Duration patience) {
      long step = Math.max(1, patience.toMillis() / 4);
      clock.scheduleWithFixedDelay(
          () -> {
            if (System.nanoTime() - latest.get() > patience.toNanos()) {
              gaveUp = true;
              try {
                watched.close();
              } catch (IOException e) {
                LOG.debug("The dead connection could not be closed.", e);
              }
            }
          },
          step,
          step,
          TimeUnit.MILLISECONDS);
    }

    void alive() {
      latest.set(System.nanoTime());
    }

    void stop() {
      clock.shutdownNow();
    }
  }

  private static void copyWatched(
      Source source, InputStream body, Path part, long from, long announced, Watchdog watchdog)
      throws IOException {
    long total = announced >= 0 ? announced : source.size();
    long have = from;
    StandardOpenOption how =
        from == 0 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND;
    try (OutputStream out =
            Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
        Progress progress =
            new ProgressBars().start(source.name(), Math.max(-1, total / MEGABYTE), "MB")) {
      byte[] buffer = new byte[1 << 16];
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        watchdog.alive();
        out.write(buffer, 0, read);
        have += read;
        progress.at(have / MEGABYTE, "");
      }
    }
    if (total >= 0 && have < total) {
      throw new IOException("%d of %d bytes came".formatted(have, total));
    }
  }
}
