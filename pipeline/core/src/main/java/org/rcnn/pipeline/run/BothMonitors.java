package org.rcnn.pipeline.run;

/** Tells two monitors the same, one after the other. */
record BothMonitors(Progress.Monitor first, Progress.Monitor second) implements Progress.Monitor {

  @Override
  public Progress start(String task, long total, String unit) {
    return new Both(first.start(task, total, unit), second.start(task, total, unit));
  }

  @Override
  public void stage(RunStage stage) {
    first.stage(stage);
    second.stage(stage);
  }

  @Override
  public void stageEnded() {
    first.stageEnded();
    second.stageEnded();
  }

  @Override
  public void began(String stage) {
    first.began(stage);
    second.began(stage);
  }

  @Override
  public void finished(String stage, double seconds) {
    first.finished(stage, seconds);
    second.finished(stage, seconds);
  }

  @Override
  public void scalar(String name, long step, double value) {
    first.scalar(name, step, value);
    second.scalar(name, step, value);
  }

  @Override
  public boolean wantsPictures() {
    return first.wantsPictures() || second.wantsPictures();
  }

  @Override
  public void picture(String name, long step, Progress.Drawing drawing) {
    first.picture(name, step, drawing);
    second.picture(name, step, drawing);
  }

  private record Both(Progress first, Progress second) implements Progress {
    @Override
    public void step() {
      first.step();
      second.step();
    }

    @Override
    public void at(long done, String word) {
      first.at(done, word);
      second.at(done, word);
    }

    @Override
    public void resume(long done) {
      first.resume(done);
      second.resume(done);
    }

    @Override
    public void close() {
      first.close();
      second.close();
    }
  }
}
