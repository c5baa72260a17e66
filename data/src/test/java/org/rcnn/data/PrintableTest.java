package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrintableTest {

  @Test
  void whatATerminalObeysIsWrittenAsACode() {
    assertEquals("a<U+001B>[2Jb", Printable.line("a\u001b[2Jb"));
    assertEquals("<U+0007><U+007F><U+009B>31m", Printable.line("\u0007\u007f\u009b31m"));
    assertEquals("a<U+202E>gpj.exe", Printable.line("a\u202egpj.exe"));
    assertEquals("<U+D83D>!", Printable.line("\ud83d!"));
  }

  @Test
  void linesAreFilledUnlessAWordIsLonger() {
    assertEquals(
        List.of("one two", "three", "fourteen", "x"),
        Printable.lines("one two three fourteen x", 7));
    assertEquals(List.of(""), Printable.lines("", 7));
  }

  @Test
  void lettersOfAllScriptsStayAsTheyAre() {
    for (String text : new String[] {"", "Schlüssel", "猫 кот", "\ud83d\ude00", "क्‍ष"}) {
      assertSame(text, Printable.line(text));
      assertSame(text, Printable.text(text));
      assertSame(text, Printable.json(text));
    }
  }

  @Test
  void aLineHasNoLineBreakAndATextKeepsThem() {
    assertEquals("a<U+000A>b<U+000D><U+0009><U+2028>", Printable.line("a\nb\r\t\u2028"));
    assertEquals("a\nb<U+000D>\t<U+2028>", Printable.text("a\nb\r\t\u2028"));
  }

  @Test
  void inJsonTheyBecomeItsOwnCodes() {
    assertEquals("{\"a\\u009b\": \"\\u202e\"}\n", Printable.json("{\"a\u009b\": \"\u202e\"}\n"));
  }

  @Test
  void aWriterEscapesWhateverItIsGiven() {
    StringWriter terminal = new StringWriter();
    PrintWriter out = new PrintWriter(Printable.to(terminal), true);
    out.printf("%s %d%n", "a\u001bb", 3);
    out.print('\u001b');
    out.println(new char[] {'c', '\r'});
    out.flush();
    assertEquals(
        "a<U+001B>b 3\n<U+001B>c<U+000D>\n",
        terminal.toString().replace(System.lineSeparator(), "\n"));
  }
}
