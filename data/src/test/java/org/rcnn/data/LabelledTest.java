package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.data.store.Encoding;

class LabelledTest {

  @Test
  void aConstantIsFoundByItsLabelInAnyCase() {
    assertEquals("sparse-fp16", Encoding.SPARSE_FP16.label());
    for (Encoding encoding : Encoding.values()) {
      assertEquals(encoding, Labelled.named(Encoding.class, encoding.label()));
    }
    assertEquals(Encoding.DENSE_FP32, Labelled.named(Encoding.class, "Dense-FP32"));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "sparse_fp16", "zip"})
  void anUnknownLabelIsRefusedWithThoseThatThereAre(String label) {
    Exception refusal =
        assertThrows(IllegalArgumentException.class, () -> Labelled.named(Encoding.class, label));
    assertEquals(
        "must be one of sparse-fp16, dense-fp32; it is " + label + ".", refusal.getMessage());
  }
}
