package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.config.Key.Secrecy;
import org.kextwatch.agent.config.ValueType.BadValueException;
import org.kextwatch.agent.config.ValueType.Bounds;

/** Each key agrees with itself, and groups, secrets and safe values are those of the manual. */
class KeysTest {
  static Stream<Key<?>> keys() {
    return Keys.all().stream();
  }

  @ParameterizedTest
  @MethodSource("keys")
  <T> void aRealMacAcceptsTheDefaultAndTheSafeValueAsAnOperatorWritesThem(Key<T> key)
      throws BadValueException {
    assertAccepted(key, key.defaultValue());
    assertAccepted(key, key.safeValue());
  }

  private static <T> void assertAccepted(Key<T> key, @Nullable T value) throws BadValueException {
    if (value != null) {
      assertEquals(value, key.type().parse(key.type().written(value), Bounds.REAL_MAC));
    }
  }

  static Stream<NumberType<?>> numbers() {
    return keys()
        .map(Key::type)
        .filter(NumberType.class::isInstance)
        .map(type -> (NumberType<?>) type);
  }

  @ParameterizedTest
  @MethodSource("numbers")
  <T> void theBoundsOfANumberAreInsideAndTheirNeighboursOutside(NumberType<T> type)
      throws BadValueException {
    for (Bounds bounds : Bounds.values()) {
      long lowest = bounds == Bounds.REAL_MAC ? type.min() : type.simulatedMin();
      for (long inside : new long[] {lowest, type.max()}) {
        assertEquals(inside, type.written(type.parse(inside, bounds)));
      }
      for (long outside : new long[] {lowest - 1, type.max() + 1}) {
        if (outside != 0 || !type.isZeroAllowed()) {
          assertThrows(BadValueException.class, () -> type.parse(outside, bounds));
        }
      }
    }
  }

  @Test
  void namesAreUnique() {
    assertEquals(Keys.all().size(), keys().map(Key::name).distinct().count());
  }

  @Test
  void settingsThatBelongTogetherAreOneGroup() {
    Map<String, Set<String>> groups =
        keys()
            .collect(
                Collectors.groupingBy(
                    Key::group, Collectors.mapping(Key::name, Collectors.toSet())));
    groups.values().removeIf(names -> names.size() == 1);
    assertEquals(
        Map.of(
            "endpoint", Set.of("endpoint", "endpointFile"),
            "clientKeystore", Set.of("clientKeystore", "clientKeystorePasswordFile"),
            "extension", Set.of("extension.path", "extension.bundleId", "extension.teamId"),
            "spool", Set.of("spool.maxEvents", "spool.maxBytes", "spool.maxAgeDays")),
        groups);
  }

  @Test
  void everySettingThatMayHoldASecretSaysSo() {
    assertEquals(
        Map.of(
            Secrecy.SCHEME_AND_HOST, List.of("endpoint"),
            Secrecy.NAMES, List.of("headers"),
            Secrecy.SECRET_FILE,
                List.of(
                    "endpointFile",
                    "secretFile",
                    "previousSecretFile",
                    "authorizationFile",
                    "secretHeadersFile",
                    "clientKeystorePasswordFile",
                    "proxyCredentialsFile")),
        keys()
            .filter(key -> key.secrecy() != Secrecy.PUBLIC)
            .collect(
                Collectors.groupingBy(
                    Key::secrecy, Collectors.mapping(Key::name, Collectors.toList()))));
  }

  @Test
  void theWebhookListsEveryFileThatItsSettingsName() {
    Map<String, Object> all =
        keys()
            .filter(key -> key.type() == ValueTypes.PATH)
            .collect(Collectors.toMap(Key::name, key -> "/etc/" + key.name()));
    Settings webhook = Settings.of(all).webhook();
    assertEquals(Set.copyOf(all.values()), Set.copyOf(webhook.files()));
    assertTrue(webhook.files().containsAll(webhook.secretFiles()));
    assertEquals(7, webhook.secretFiles().size());
    String secret = Settings.defaults().get(Keys.SECRET_FILE);
    assertEquals(List.of(secret), Settings.defaults().files());
  }
}
