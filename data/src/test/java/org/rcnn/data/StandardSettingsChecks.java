package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;

/**
 * The checks that every settings record must pass: its defaults are valid, every number is bounded,
 * nothing may be missing, and every error is a sentence that begins with the component's name in
 * YAML. One line per record:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicNode> everySettingIsChecked() {
 *   return Stream.of(StandardSettingsChecks.of(SvmSettings.standard(1), "seed"));
 * }
 * }</pre>
 */
public final class StandardSettingsChecks {

  private static final List<Double> NO_NUMBERS =
      List.of(Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** By type of a component, a value far below and one far above any sensible setting. */
  private static final Map<Class<?>, List<? extends Number>> FAR_OFF =
      Map.of(
          int.class, List.of(Integer.MIN_VALUE, Integer.MAX_VALUE),
          long.class, List.of(Long.MIN_VALUE, Long.MAX_VALUE),
          double.class, List.of(-1e30, 1e30));

  private final Record standard;
  private final RecordComponent[] components;

  private StandardSettingsChecks(Record standard) {
    this.standard = standard;
    this.components = standard.getClass().getRecordComponents();
  }

  /**
   * The checks of a settings record.
   *
   * @param standard valid settings
   * @param unbounded names of components that may have any value, such as a seed
   */
  public static DynamicContainer of(Record standard, String... unbounded) {
    return dynamicContainer(
        standard.getClass().getSimpleName(),
        new StandardSettingsChecks(standard).tests(Set.of(unbounded)));
  }

  private List<DynamicTest> tests(Set<String> unbounded) {
    List<DynamicTest> tests = new ArrayList<>();
    tests.add(dynamicTest("the defaults are valid", () -> assertEquals(standard, with(-1, null))));
    Set<String> unknown = new TreeSet<>(unbounded);
    for (int i = 0; i < components.length; i++) {
      int index = i;
      if (!unknown.remove(components[i].getName())) {
        tests.add(dynamicTest(yamlName(i), () -> isChecked(index)));
      }
    }
    assertEquals(Set.of(), unknown, "there are no such components");
    return tests;
  }

  private void isChecked(int index) {
    Class<?> type = components[index].getType();
    if (!type.isPrimitive()) {
      assertTrue(isRefused(index, null), "may be missing");
    } else if (type != boolean.class) {
      assertTrue(FAR_OFF.containsKey(type), "there is no check for settings of type " + type);
      if (type == double.class) {
        NO_NUMBERS.forEach(value -> assertTrue(isRefused(index, value), "may be " + value));
      }
      boolean bounded = false;
      for (Number value : FAR_OFF.get(type)) {
        bounded |= isRefused(index, value);
      }
      assertTrue(bounded, "may be any of " + FAR_OFF.get(type));
    }
  }

  /** Whether a value is refused. If so, the error must be a sentence that names the component. */
  private boolean isRefused(int index, Object value) {
    Optional<Throwable> refusal = Optional.empty();
    try {
      with(index, value);
    } catch (InvocationTargetException e) {
      refusal = Optional.of(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
    refusal.ifPresent(
        cause -> {
          String message =
              assertThrows(
                      IllegalArgumentException.class,
                      () -> {
                        throw cause;
                      })
                  .getMessage();
          assertTrue(message.startsWith(yamlName(index) + " must "), message);
          assertTrue(message.endsWith("."), message);
        });
    return refusal.isPresent();
  }

  /** The defaults with another value of one component. */
  private Record with(int index, Object value) throws ReflectiveOperationException {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = i == index ? value : components[i].getAccessor().invoke(standard);
    }
    return standard.getClass().getDeclaredConstructor(types).newInstance(values);
  }

  private String yamlName(int index) {
    return components[index].getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
