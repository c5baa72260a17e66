package org.rcnn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A headless Chromium, driven over its DevTools protocol: it opens pages, as wide as asked, runs
 * expressions in them, and tells what they wrote to the console and what they requested.
 */
final class Browser implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECONDS = 120;

  private final Process process;
  private final WebSocket socket;
  private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
  private final List<JsonNode> events = new ArrayList<>();
  private final String session;
  private int calls;

  /** The program, where it is installed. */
  static Optional<Path> program() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(name -> Stream.of(path.split(File.pathSeparator)).map(at -> Path.of(at, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts a browser.
   *
   * @param profile an empty folder for its files
   */
  Browser(Path program, Path profile) throws IOException, InterruptedException {
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("output.txt").toFile())
            .start();
    try {
      List<String> port = awaitPort(profile.resolve("DevToolsActivePort"));
      URI address = URI.create("ws://127.0.0.1:" + port.get(0) + port.get(1));
      socket =
          HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, new Inbox()).join();
      String target =
          call("Target.createTarget", Map.of("url", "about:blank"), null).path("targetId").asText();
      session =
          call("Target.attachToTarget", Map.of("targetId", target, "flatten", true), null)
              .path("sessionId")
              .asText();
      for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
        call(domain + ".enable", Map.of());
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private List<String> awaitPort(Path file) throws IOException, InterruptedException {
    for (int tries = 0; tries < SECONDS * 10; tries++) {
      if (Files.exists(file) && Files.readAllLines(file).size() >= 2) {
        return Files.readAllLines(file);
      }
      if (!process.isAlive()) {
        break;
      }
      Thread.sleep(100);
    }
    throw new IOException("Chromium did not open a port for its DevTools protocol.");
  }

  /** Puts messages together, which may come in parts. */
  private final class Inbox implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          messages.add(JSON.readTree(text.toString()));
        } catch (IOException e) {
          throw new IllegalStateException("Chromium sent a message that is not JSON.", e);
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private JsonNode call(String method, Map<String, Object> parameters)
      throws IOException, InterruptedException {
    return call(method, parameters, session);
  }

  private JsonNode call(String method, Map<String, Object> parameters, String to)
      throws IOException, InterruptedException {
    int id = ++calls;
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(parameters));
    if (to != null) {
      message.put("sessionId", to);
    }
    socket.sendText(message.toString(), true).join();
    JsonNode answer = await(reply -> reply.path("id").asInt() == id);
    if (answer.has("error")) {
      throw new IOException(method + ": " + answer.path("error"));
    }
    return answer.path("result");
  }

  private JsonNode await(Predicate<JsonNode> wanted) throws IOException, InterruptedException {
    while (true) {
      JsonNode message = messages.poll(SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        throw new IOException("Chromium did not answer within %d seconds.".formatted(SECONDS));
      }
      if (message.has("method")) {
        events.add(message);
      }
      if (wanted.test(message)) {
        return message;
      }
    }
  }

  /** Opens a page and waits until it is loaded; what earlier pages did is forgotten. */
  void open(Path page, int width, boolean dark) throws IOException, InterruptedException {
    call("Page.navigate", Map.of("url", "about:blank"));
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 844, "deviceScaleFactor", 1, "mobile", width < 600));
    Map<String, String> scheme =
        Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
    call("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
    evaluate("1");
    events.clear();
    String address = page.toUri().toString();
    call("Page.navigate", Map.of("url", address));
    for (int tries = 0; tries < SECONDS * 10; tries++) {
      if (evaluate("document.readyState + ' ' + location.href")
          .asText()
          .equals("complete " + address)) {
        return;
      }
      Thread.sleep(100);
    }
    throw new IOException("Chromium did not load " + page);
  }

  /** Lays the page out as on paper. */
  void layOutForPaper() throws IOException, InterruptedException {
    call("Emulation.setEmulatedMedia", Map.of("media", "print"));
  }

  /** The value of an expression in the page; a promise is waited for. */
  JsonNode evaluate(String expression) throws IOException, InterruptedException {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (answer.has("exceptionDetails")) {
      throw new IOException("The page threw " + answer.path("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /** What the page wrote to the console or threw. */
  List<String> console() {
    return events.stream()
        .filter(
            event ->
                List.of("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
                    .contains(event.path("method").asText()))
        .map(event -> event.path("params").toString())
        .toList();
  }

  /** What the page requested beside itself; data inside the page is no request. */
  List<String> requests(Path page) {
    return events.stream()
        .filter(event -> event.path("method").asText().equals("Network.requestWillBeSent"))
        .map(event -> event.path("params").path("request").path("url").asText())
        .filter(url -> !url.startsWith("data:") && !url.equals(page.toUri().toString()))
        .toList();
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(late -> null).join();
    process.destroyForcibly();
  }
}
