package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cli.download.Checksum;
import org.rcnn.cli.download.Download;

class DataDownloadCommandTest {

  @TempDir Path folder;
  private FileServer server;

  @BeforeEach
  void serve() throws IOException {
    server =
        new FileServer(
            ".tar", tar("VOCdevkit/VOC2007/a.txt", "seven lines about a cat ".repeat(2000)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aConnectionThatGoesSilentIsGivenUp() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    List<String> ranges = new CopyOnWriteArrayList<>();
    byte[] served = server.served;
    server.handle(
        "/silent/",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          ranges.add(String.valueOf(range));
          if (range == null) {
            exchange.sendResponseHeaders(200, served.length);
            exchange.getResponseBody().write(served, 0, 1000);
            exchange.getResponseBody().flush();
            wait(over);
          } else {
            exchange
                .getResponseHeaders()
                .add(
                    "Content-Range",
                    "bytes 1000-%d/%d".formatted(served.length - 1, served.length));
            exchange.sendResponseHeaders(206, served.length - 1000);
            exchange.getResponseBody().write(served, 1000, served.length - 1000);
            exchange.close();
          }
        });
    URI url = URI.create(url("set.tar").replace("/voc/", "/silent/"));
    Download.Source source =
        new Download.Source(url, served.length, new Checksum(checksum("SHA-256")));
    try {
      Path file = new Download("--url", Duration.ofMillis(400)).fetch(source, folder);
      assertArrayEquals(served, Files.readAllBytes(file));
      assertEquals(List.of("null", "bytes=1000-"), ranges);
    } finally {
      over.countDown();
    }
  }

  private static void wait(CountDownLatch over) {
    try {
      over.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String url(String name) {
    return server.url("voc/" + name);
  }

  private Session download(Object... more) {
    Object[] all = {"data", "download", "--out", folder, "--url", url("set.tar")};
    Object[] words = Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, words, all.length, more.length);
    return Session.of(words);
  }

  private static byte[] tar(String name, String text) throws IOException {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    return tar(entry, content);
  }

  private static byte[] tar(TarArchiveEntry entry, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
      out.putArchiveEntry(entry);
      out.write(content);
      out.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private String checksum(String algorithm) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(server.served));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void fetchesVerifiesAndUnpacks() throws IOException {
    Path json = folder.resolve("download.json");
    download("--checksum", checksum("MD5"), "--json", json).done();
    assertTrue(
        Files.readString(folder.resolve("VOCdevkit/VOC2007/a.txt")).startsWith("seven lines"));
    JsonNode row = Session.json(json).get("files").get(0);
    assertEquals(server.served.length, row.get("bytes").intValue());
    assertEquals(1, row.get("unpacked").intValue());
    assertFalse(Files.exists(folder.resolve("set.tar.part")));

    server.asked.clear();
    download("--checksum", checksum("SHA-256"), "--delete-archive").done();
    assertEquals(List.of(), server.asked, "a file that is there is not fetched again");
    assertFalse(Files.exists(folder.resolve("set.tar")));
  }

  @Test
  void goesOnAfterBrokenConnections() throws IOException {
    server.breakAfter = 20_000;
    download("--checksum", checksum("MD5")).done();
    assertEquals("null", server.asked.get(0));
    assertTrue(server.asked.size() >= 3, () -> server.asked.toString());
    assertTrue(
        server.asked.subList(1, server.asked.size()).stream()
            .allMatch(r -> r.matches("bytes=\\d+-")));
    assertArrayEquals(server.served, Files.readAllBytes(folder.resolve("set.tar")));
  }

  @Test
  void goesOnFromAnEarlierRun() throws IOException {
    Files.write(folder.resolve("set.tar.part"), Arrays.copyOf(server.served, 1000));
    download("--checksum", checksum("MD5")).done();
    assertEquals(List.of("bytes=1000-"), server.asked);
    assertArrayEquals(server.served, Files.readAllBytes(folder.resolve("set.tar")));
  }

  @Test
  void completePartIsOnlyVerified() throws IOException {
    Files.write(folder.resolve("set.tar.part"), server.served);
    download("--checksum", checksum("MD5")).done();
    assertArrayEquals(server.served, Files.readAllBytes(folder.resolve("set.tar")));
  }

  @Test
  void startsAgainWhereTheServerKnowsNoRanges() throws IOException {
    server.ranges = false;
    Files.write(folder.resolve("set.tar.part"), new byte[1000]);
    download("--checksum", checksum("MD5")).done();
    assertArrayEquals(server.served, Files.readAllBytes(folder.resolve("set.tar")));
  }

  @Test
  void wrongBytesAreRefusedAndNotKept() throws IOException {
    download("--checksum", "0".repeat(32)).refused(1, "not " + "0".repeat(32));
    assertFalse(Files.exists(folder.resolve("set.tar")));
    assertFalse(Files.exists(folder.resolve("set.tar.part")));
    assertFalse(Files.exists(folder.resolve("VOCdevkit")));

    Path other = Files.writeString(folder.resolve("set.tar"), "the user's own");
    download("--checksum", checksum("MD5")).refused(1, "move it away and try again");
    assertTrue(Files.exists(other));

    // VOC2007's archives are known by name; this is none, whatever it is called.
    Session.of("data", "download", "--out", folder, "--url", url("VOCtest_06-Nov-2007.tar"))
        .refused(1, "bytes, not 451020800");
  }

  @Test
  void serversThatRefuseAreFailures() throws IOException {
    Session.of(
            "data",
            "download",
            "--out",
            folder,
            "--url",
            url("x.zip"),
            "--checksum",
            checksum("MD5"))
        .refused(1, "The server answered 404");
    String address = url("set.tar");
    server.close();
    Session.of("data", "download", "--out", folder, "--url", address, "--checksum", "0".repeat(32))
        .refused(1, "cannot be fetched");
  }

  private Session from(String path) {
    return Session.of(
        "data",
        "download",
        "--out",
        folder,
        "--url",
        server.url(path),
        "--checksum",
        checksum("MD5"));
  }

  @Test
  void aRedirectIsFollowedAndOneInCirclesIsTold() throws IOException {
    server.handle("/moved/", exchange -> redirect(exchange, url("set.tar")));
    String round = server.url("round/set.tar");
    server.handle("/round/", exchange -> redirect(exchange, round));
    from("round/set.tar")
        .refused(
            1,
            "The server answered 301 for %s, a redirect to %s that is not followed"
                .formatted(round, round));
    from("moved/set.tar").done();
    assertArrayEquals(server.served, Files.readAllBytes(folder.resolve("set.tar")));
  }

  private static void redirect(HttpExchange exchange, String place) throws IOException {
    exchange.getResponseHeaders().add("Location", place);
    exchange.sendResponseHeaders(301, -1);
    exchange.close();
  }

  @Test
  void aServerThatIsBusyIsAskedAgainAndItsSentenceSaysWhatIsKept() throws IOException {
    List<Integer> first = new CopyOnWriteArrayList<>(List.of(503, 429));
    byte[] served = server.served;
    server.handle(
        "/busy/",
        exchange -> {
          if (first.isEmpty()) {
            exchange.sendResponseHeaders(200, served.length);
            exchange.getResponseBody().write(served);
          } else {
            exchange.sendResponseHeaders(first.remove(0), -1);
          }
          exchange.close();
        });
    Download impatient = new Download("--mirror", Duration.ofMillis(1200));
    Checksum expected = new Checksum(checksum("MD5"));
    URI busy = URI.create(server.url("busy/set.tar"));
    Path file = impatient.fetch(new Download.Source(busy, -1, expected), folder);
    assertArrayEquals(served, Files.readAllBytes(file));

    first.addAll(List.of(500, 503, 503));
    Files.write(folder.resolve("other.tar.part"), new byte[1000]);
    URI other = URI.create(server.url("busy/other.tar"));
    IOException refusal =
        assertThrows(
            IOException.class,
            () -> impatient.fetch(new Download.Source(other, -1, expected), folder));
    assertEquals(
        other
            + " cannot be fetched (the server answered 503); the received part is kept, the same"
            + " command resumes from there, and --mirror names another source.",
        refusal.getMessage());
    assertEquals(1000, Files.size(folder.resolve("other.tar.part")));
  }

  @Test
  void aPartOfAnotherPlaceIsNotAppended() throws IOException {
    Path part = Files.write(folder.resolve("set.tar.part"), new byte[1000]);
    for (String range : List.of("bytes 0-9/10", "bytes 1000" + "0".repeat(20) + "-1/*", "all")) {
      server.handle(
          "/" + range.length() + "/",
          exchange -> {
            exchange.getResponseHeaders().add("Content-Range", range);
            exchange.sendResponseHeaders(206, -1);
            exchange.close();
          });
      from(range.length() + "/set.tar")
          .refused(
              1,
              "The server sent '%s' when asked to resume from byte 1000; delete the .part file"
                  .formatted(range));
    }
    assertArrayEquals(new byte[1000], Files.readAllBytes(part));
  }

  @Test
  void aFolderInPlaceOfThePartIsNamedAndNotTakenForTheConnection() throws IOException {
    Files.createDirectory(folder.resolve("set.tar.part"));
    assertTellsOfThePart("");
  }

  @Test
  void aFullDiskIsNotTakenForTheConnection() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    Files.createSymbolicLink(folder.resolve("set.tar.part"), full);
    assertTellsOfThePart(" cannot be used: No space left on device. Make room there");
  }

  private void assertTellsOfThePart(String words) {
    Session session = from("voc/set.tar");
    session.refused(1, folder.resolve("set.tar.part") + words);
    assertFalse(session.err().contains("received"), session.err());
    assertEquals(1, server.asked.size(), "another try would end alike");
  }

  @Test
  void archivesThatReachOutAreNotUnpacked() throws IOException {
    Path inner = Files.createDirectories(folder.resolve("inner"));
    for (String name : new String[] {"../out.txt", "VOC/../../out.txt", "/tmp/../out.txt"}) {
      server.served = tar(name, "text");
      Files.deleteIfExists(inner.resolve("set.tar"));
      Session.of(
              "data",
              "download",
              "--out",
              inner,
              "--url",
              url("set.tar"),
              "--checksum",
              checksum("MD5"))
          .refused(1, "leads out of the folder");
    }
    assertFalse(Files.exists(folder.resolve("out.txt")));
  }

  @Test
  void linksAreNotUnpacked() throws IOException {
    for (byte type :
        new byte[] {TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_FIFO}) {
      TarArchiveEntry entry = new TarArchiveEntry("VOC", type);
      entry.setLinkName("/etc");
      server.served = tar(entry, new byte[0]);
      Files.deleteIfExists(folder.resolve("set.tar"));
      download("--checksum", checksum("MD5"))
          .refused(1, "neither a plain file nor a folder; it is not unpacked");
      assertFalse(Files.exists(folder.resolve("VOC")));
    }
  }

  @Test
  void damagedArchiveIsAFailure() {
    server.served = "no tar file at all, but a text".repeat(50).getBytes(StandardCharsets.UTF_8);
    download("--checksum", checksum("MD5"))
        .refused(1, "set.tar is not a tar file, or it is damaged; download it again.");
  }

  @Test
  void wrongUseIsRefused() {
    download().refused(2, "'set.tar' is not an archive of VOC2007; give its --checksum.");
    download("--checksum", "beef").refused(2, "64 hexadecimal digits, not 'beef'");
    download("--url", url("b.tar"), "--checksum", "0".repeat(32)).refused(2, "exactly one --url");
    Session.of("data", "download", "--checksum", "0".repeat(32)).refused(2, "exactly one --url");
    Session.of("data", "download", "--url", "ftp://a/b.tar").refused(2, "'ftp://a/b.tar' is not");
    Session.of("data", "download", "--url", "a b").refused(2, "'a b' is not the http or https");
    Session.of("data", "download", "--colour", "red").refused(2, "--colour");
    assertEquals(List.of(), server.asked);
  }
}
