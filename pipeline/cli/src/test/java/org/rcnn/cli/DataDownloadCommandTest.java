package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
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
      Path file = new Download(Duration.ofMillis(400)).fetch(source, folder);
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
