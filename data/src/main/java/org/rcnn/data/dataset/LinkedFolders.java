package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The files below a folder, with links to folders followed. A link to an enclosing folder adds
 * nothing and is passed over. How often each folder was visited is remembered: a few links to links
 * make a folder reachable by millions of paths, and such a set is refused.
 */
public final class LinkedFolders {

  /** The most paths by which links may reach one folder. */
  public static final int MOST_PATHS = 64;

  private LinkedFolders() {}

  /**
   * Everything below a folder that is no folder itself, sorted: files, pipes, links to nothing.
   *
   * @param left folders and files that are left out with all that is in them; not asked for the
   *     folder itself
   * @throws IOException with a one-sentence message, if a folder cannot be read, or is reached by
   *     too many paths
   */
  public static List<Path> files(Path root, Predicate<Path> left) throws IOException {
    List<Path> files = new ArrayList<>();
    Map<Object, Integer> visits = new HashMap<>();
    Files.walkFileTree(
        root,
        Set.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path inner, BasicFileAttributes attributes)
              throws IOException {
            if (!inner.equals(root) && left.test(inner)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            // Not every file system has keys.
            Object key = attributes.fileKey() == null ? inner.toRealPath() : attributes.fileKey();
            if (visits.merge(key, 1, Integer::sum) > MOST_PATHS) {
              throw new IOException(
                  "Links lead to the folder %s by more than %d paths; remove some of them."
                      .formatted(inner.toRealPath(), MOST_PATHS));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!attributes.isDirectory() && !left.test(file)) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof FileSystemLoopException) {
              // A link to an enclosing folder, whose files are listed already.
              return FileVisitResult.CONTINUE;
            }
            throw new IOException("%s cannot be read; check its rights.".formatted(file), e);
          }
        });
    Collections.sort(files);
    return files;
  }
}
