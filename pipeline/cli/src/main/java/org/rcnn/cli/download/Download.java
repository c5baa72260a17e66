package org.rcnn.cli.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads a file over HTTP and verifies it.
 *
 * <p>Bytes go to {@code NAME.part}. If the server can, a later try or a later run resumes from
 * there. The file gets its own name only after size and checksum were found right. The checksum
 * tells a damaged or another file from the expected one, and not who made it.
 */
public final class Download {

  private static final Logger LOG = LoggerFactory.getLogger(Download.class);
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d+|\\*)");

  /** Tries in a row without a single byte before the download fails. */
  private static final int FRUITLESS_TRIES = 3;

  private static final int MEGABYTE = 1 << 20;
  private static final int TOO_MANY_REQUESTS = 429;

  /** The lowest status of a server that cannot serve at the moment. */
  private static final int SERVER_ERRORS = 500;

  /**
   * A file to download.
   *
   * @param url its address
   * @param size in bytes; −1 if only the server knows
   * @param checksum its expected checksum
   */
  public record Source(URI url, long size, Checksum checksum) {

    /**
     * The address of a file, as a user writes it.
     *
     * @param option the option that gives it, for the message
     * @throws ConfigException if it is none, or not one of http or https
     */
    public static URI address(String option, String text) {
      try {
        URI url = URI.create(text);
        String path = url.getPath();
        if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
            && url.getHost() != null
            && path != null
            && !path.endsWith("/")
            && path.contains("/")
            && !path.endsWith("/..")
            && !path.endsWith("/.")) {
          return url;
        }
      } catch (IllegalArgumentException e) {
        throw notAnAddress(option, text);
      }
      throw notAnAddress(option, text);
    }

    private static ConfigException notAnAddress(String option, String text) {
      return new ConfigException(
          "%s: '%s' is not the http or https address of a file.".formatted(option, text));
    }

    /** The file's name: the last part of the address. */
    public String name() {
      String path = url.getPath();
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  private final HttpClient client;
  private final String option;
  private final Duration patience;

  /**
   * A download that waits a minute for the next byte.
   *
   * @param option the option that names another source, for messages
   */
  public Download(String option) {
    this(option, Duration.ofMinutes(1));
  }

  /**
   * A download.
   *
   * @param option the option that names another source, for messages
   * @param patience how long to wait for the next byte before a new connection is made; a try that
   *     brought nothing is followed by a pause of a sixtieth of it, the second by one twice as long
   */
  public Download(String option, Duration patience) {
    this.option = option;
    this.patience = patience;
    client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(30))
            .build();
  }

  /**
   * Downloads a file into a folder, unless it is already there, and verifies it.
   *
   * @return the file
   * @throws FileSystemException if the file cannot be written
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
      LOG.info("{} already exists, and its checksum is right", file);
      return file;
    }
    Path part = folder.resolve(source.name() + ".part");
    receiveAll(source, part);
    String complaint = complaint(source, part);
    if (complaint != null) {
      // A resumed download would never replace the wrong bytes.
      Files.delete(part);
      throw new IOException(
          "The download from %s %s: it is another file or damaged, and was deleted."
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
    return source.checksum().begins(actual)
        ? null
        : "has %s, not %s".formatted(actual, source.checksum().expected());
  }

  /** Receives until the file is complete; resumes after broken connections. */
  private void receiveAll(Source source, Path part) throws IOException {
    int fruitless = 0;
    while (true) {
      long before = sizeOf(part);
      try {
        receive(source, part);
        return;
      } catch (ServerRefusal | FileSystemException e) {
        // The server says the same again, and a full disk stays full.
        throw e;
      } catch (IOException e) {
        fruitless = sizeOf(part) > before ? 0 : fruitless + 1;
        if (fruitless == FRUITLESS_TRIES) {
          throw new IOException(
              "%s cannot be fetched (%s); %s, and %s names another source."
                  .formatted(source.url(), reason(e), kept(part), option),
              e);
        }
        LOG.warn("The download stopped after {} bytes ({}); trying again", sizeOf(part), reason(e));
        pause(fruitless);
      }
    }
  }

  /** What the same command does when it is given again. */
  private static String kept(Path part) throws IOException {
    return sizeOf(part) > 0
        ? "the received part is kept, the same command resumes from there"
        : "the same command tries again";
  }

  /** A server that has too much to do is left alone for a little. */
  private void pause(int fruitless) throws ServerRefusal {
    try {
      Thread.sleep(fruitless * patience.toMillis() / 60);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerRefusal("The download was interrupted.");
    }
  }

  private static String reason(IOException failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static long sizeOf(Path part) throws IOException {
    return Files.isRegularFile(part) ? Files.size(part) : 0;
  }

  /** An answer that would be the same on another try. */
  private static final class ServerRefusal extends IOException {
    private static final long serialVersionUID = 1L;

    ServerRefusal(String message) {
      super(message);
    }
  }

  /** One connection: from the end of the part to the end of the file. */
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
        // No bytes follow the part: it is complete or of another file, which the checksum decides.
        case 416 -> {
          if (have == 0) {
            throw refusal(source, response);
          }
          LOG.info("{} is complete", part);
        }
        default -> throw refusal(source, response);
      }
    }
  }

  /** What an answer without the file means; only a {@link ServerRefusal} is final. */
  private IOException refusal(Source source, HttpResponse<?> response) {
    int status = response.statusCode();
    if (status == TOO_MANY_REQUESTS || status >= SERVER_ERRORS) {
      return new IOException("the server answered " + status);
    }
    Optional<String> elsewhere = response.headers().firstValue("Location");
    String redirect =
        status / 100 == 3 && elsewhere.isPresent()
            ? ", a redirect to %s that is not followed: it leads from https to http, or is one of too many"
                .formatted(elsewhere.get())
            : "";
    return new ServerRefusal(
        "The server answered %d for %s%s; %s names another source."
            .formatted(status, source.url(), redirect, option));
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerRefusal("The download was interrupted.");
    }
  }

  /** Bytes that the server announces; far below 0 if it announces none. */
  private static long length(HttpResponse<?> response) {
    return response.headers().firstValueAsLong("Content-Length").orElse(Long.MIN_VALUE / 2);
  }

  private static void requireStart(HttpResponse<?> response, long start) throws IOException {
    String range = response.headers().firstValue("Content-Range").orElse("");
    Matcher fields = CONTENT_RANGE.matcher(range);
    if (!fields.matches() || Long.parseLong(fields.group(1)) != start) {
      throw new ServerRefusal(
          "The server sent '%s' when asked to resume from byte %d; delete the .part file and try again."
              .formatted(range, start));
    }
  }

  private void copy(Source source, InputStream body, Path part, long from, long announced)
      throws IOException {
    // A read has no time limit: on a dead connection it would wait for ever.
    Watchdog watchdog = new Watchdog(body, patience);
    try {
      copyWatched(source, body, part, from, announced, watchdog);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw watchdog.gaveUp ? new IOException("no byte for " + patience.toSeconds() + " s", e) : e;
    } finally {
      watchdog.stop();
    }
  }

  /** Closes a stream that has been silent for too long, which ends the waiting read. */
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
        write(out, buffer, read, part);
        have += read;
        progress.at(have / MEGABYTE, "");
      }
    }
    if (total >= 0 && have < total) {
      throw new IOException("received %d of %d bytes".formatted(have, total));
    }
  }

  /** Writes; a failure names the file, so that none is taken for one of the connection. */
  private static void write(OutputStream out, byte[] bytes, int count, Path part)
      throws FileSystemException, ServerRefusal {
    try {
      out.write(bytes, 0, count);
    } catch (ClosedByInterruptException e) {
      throw new ServerRefusal("The download was interrupted.");
    } catch (IOException e) {
      FileSystemException named = new FileSystemException(part.toString(), null, e.getMessage());
      named.initCause(e);
      throw named;
    }
  }
}
