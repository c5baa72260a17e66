package org.rcnn.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketImplFactory;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * A program that embeds the library beside a logger of its own choice; {@link EmbeddingTest} runs
 * it with little else on its class path.
 *
 * <p>Arguments: a run's folder and an image. Prints how many loggers there are, and every socket
 * that somebody wanted to open, with the way there; none of them opens.
 */
final class EmbeddingProgram {

  private static final Queue<Throwable> SOCKETS = new ConcurrentLinkedQueue<>();

  private EmbeddingProgram() {}

  private static IOException refused(String what) {
    IOException refusal = new IOException("A socket was asked for: " + what);
    SOCKETS.add(refusal);
    return refusal;
  }

  /** Refuses channels; the JVM takes it by the option that names it. */
  public static final class NoChannels extends SelectorProvider {
    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
      throw refused("DatagramChannel");
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
      throw refused("DatagramChannel");
    }

    @Override
    public Pipe openPipe() throws IOException {
      throw refused("Pipe");
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
      throw refused("Selector");
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
      throw refused("ServerSocketChannel");
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
      throw refused("SocketChannel");
    }
  }

  @SuppressWarnings("deprecation") // Nothing else refuses all sockets of a process.
  private static void refuseSockets() throws IOException {
    SocketImplFactory none =
        () -> {
          throw new UncheckedIOException(refused("java.net"));
        };
    Socket.setSocketImplFactory(none);
    ServerSocket.setSocketFactory(none);
  }

  public static void main(String[] arguments) throws IOException {
    refuseSockets();
    TinyDetector.register();
    try (Detector detector = Detector.load(Path.of(arguments[0]))) {
      List<Detection> found = detector.detect(ImageFiles.read(Path.of(arguments[1])));
      LoggerFactory.getLogger(EmbeddingProgram.class).info("{} detections", found.size());
    }
    System.out.println(
        "loggers: " + ServiceLoader.load(SLF4JServiceProvider.class).stream().count());
    SOCKETS.forEach(Throwable::printStackTrace);
    System.out.println("sockets: " + SOCKETS.size());
  }
}
