package org.rcnn.cnn.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;

class PreprocessingTest {

  @Test
  void notesComeBackAsTheyWereWritten() {
    for (Preprocessing written :
        new Preprocessing[] {Preprocessing.torchvision(), Preprocessing.caffe()}) {
      assertEquals(written, Preprocessing.torchvision().noted(written.notes()));
      assertEquals(written, Preprocessing.caffe().noted(written.notes()));
    }
    assertEquals(
        Map.of("colour-order", "BGR", "mean", "104.0,117.0,123.0", "scale", "1.0,1.0,1.0"),
        Preprocessing.caffe().notes());
  }

  @Test
  void whatIsNotNotedStays() {
    Preprocessing usual = new Preprocessing(ColourOrder.RGB, new float[] {1, 2, 3}, 0.5f, true);
    assertEquals(usual, usual.noted(Map.of("trained-on", "photos")));
    assertEquals(
        new Preprocessing(ColourOrder.RGB, new float[] {1, 2, 3}, 0.25f, true),
        usual.noted(Map.of("scale", "0.25")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "colour-order;GBR;colour-order is RGB or BGR, not 'GBR'.",
        "mean;1,2;A mean has three channels, not 2.",
        "mean;1,2,x;mean is one number or three with commas between them, not '1,2,x'.",
        "scale;NaN;A scale is a finite number, not NaN."
      })
  void nonsenseIsRefusedInASentence(String key, String value, String sentence) {
    assertEquals(
        sentence,
        assertThrows(
                IllegalArgumentException.class,
                () -> Preprocessing.caffe().noted(Map.of(key, value)))
            .getMessage());
  }
}
