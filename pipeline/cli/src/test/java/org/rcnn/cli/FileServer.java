package org.rcnn.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server in this process, which serves one file under every name of an ending, in parts if asked,
 * and notes the ranges asked for.
 */
final class FileServer implements AutoCloseable {

  private final ExecutorService answers = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final String ending;

  /** The ranges of all requests so far; "null" for the whole file. */
  final List<String> asked = new CopyOnWriteArrayList<>();

  /** The file. */
  volatile byte[] served;

  /** Whether the server can resume. */
  volatile boolean ranges = true;

  /** Bytes after which a connection breaks; 0 for never. */
  volatile int breakAfter;

  FileServer(String ending, byte[] served) throws IOException {
    this.ending = ending;
    this.served = served;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    handle("/", this::answer);
    // One answer may keep silent while another is asked for.
    server.setExecutor(answers);
    server.start();
  }

  /** Answers requests for a path in another way. */
  void handle(String path, HttpHandler handler) {
    server.createContext(path, handler);
  }

  /** The address of a path. */
  String url(String path) {
    return "http://localhost:%d/%s".formatted(server.getAddress().getPort(), path);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    asked.add(String.valueOf(range));
    int from = range != null && ranges ? Integer.parseInt(range.replaceAll("\\D", "")) : 0;
    if (!exchange.getRequestURI().getPath().endsWith(ending)) {
      exchange.sendResponseHeaders(404, -1);
    } else if (from >= served.length) {
      exchange.sendResponseHeaders(416, -1);
    } else {
      if (from > 0) {
        exchange
            .getResponseHeaders()
            .add(
                "Content-Range",
                "bytes %d-%d/%d".formatted(from, served.length - 1, served.length));
      }
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, served.length - from);
      int length = served.length - from;
      int sent = breakAfter > 0 ? Math.min(breakAfter, length) : length;
      exchange.getResponseBody().write(served, from, sent);
      if (sent < length) {
        exchange.getResponseBody().flush();
        throw new IOException("the connection breaks");
      }
    }
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    answers.shutdownNow();
  }
}
