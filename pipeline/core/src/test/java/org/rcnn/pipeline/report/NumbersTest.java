package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class NumbersTest {

  @Test
  void figuresAreTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertEquals("54.2", Numbers.percent(0.5421));
      assertEquals("1,234,567", Numbers.count(1234567));
      assertEquals("2 min 05 s", Numbers.duration(125.2));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void whatIsUnknownIsADash() {
    assertEquals("-", Numbers.percent(Double.NaN));
    assertEquals("-", Numbers.duration(Double.NaN));
    assertEquals("-", Numbers.significant(Double.NaN));
  }

  @Test
  void zeroHasNoSign() {
    assertEquals("0.0", Numbers.percent(-0.0001));
    assertEquals("0", Numbers.decimals(-0.2, 0));
  }

  @Test
  void durationsCarryOverWhenRounded() {
    assertEquals("0.42 s", Numbers.duration(0.421));
    assertEquals("10.0 s", Numbers.duration(9.996));
    assertEquals("1 min 00 s", Numbers.duration(59.97));
    assertEquals("1 h 00 min", Numbers.duration(3599.6));
    assertEquals("2 h 05 min", Numbers.duration(7512));
  }

  @Test
  void lossesKeepFourDigits() {
    assertEquals("0.1235", Numbers.significant(0.12346));
    assertEquals("12.35", Numbers.significant(12.346));
    assertEquals("12346", Numbers.significant(12346));
    assertEquals("0.0004", Numbers.significant(0.0004));
    assertEquals("0.0001235", Numbers.significant(0.00012346));
    assertEquals("1.200e-05", Numbers.significant(0.000012));
    assertEquals("0", Numbers.significant(0));
  }
}
