package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.rcnn.data.ExifOrientation;

/** A dataset of any format with further splits, which come before its own of the same name. */
record ListedDataset(Dataset unlisted, SplitTable lists) implements Dataset {

  @Override
  public List<String> splits() throws IOException {
    TreeSet<String> all = new TreeSet<>(unlisted.splits());
    all.addAll(lists.names());
    return List.copyOf(all);
  }

  @Override
  public List<String> imageIds(String split) throws IOException {
    return lists.names().contains(split) ? lists.ids(split) : unlisted.imageIds(split);
  }

  @Override
  public Path root() {
    return unlisted.root();
  }

  @Override
  public String splitAdvice() {
    return unlisted.splitAdvice();
  }

  @Override
  public List<String> annotatedIds() throws IOException {
    return unlisted.annotatedIds();
  }

  @Override
  public Path image(String id) throws IOException {
    return unlisted.image(id);
  }

  @Override
  public AnnotationReading readAnnotation(String id) throws IOException {
    return unlisted.readAnnotation(id);
  }

  @Override
  public AnnotationReading readAnnotation(String id, ExifOrientation exif) throws IOException {
    return unlisted.readAnnotation(id, exif);
  }

  @Override
  public Map<String, String> leftOut() throws IOException {
    return unlisted.leftOut();
  }
}
