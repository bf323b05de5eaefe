package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.config.Settings.DeviceIdentity;
import org.kextwatch.agent.config.ValueType.Bounds;
import org.kextwatch.agent.mac.Moment;

/** What holds when a file is wrong in a part, or as a whole, or is not there. */
class EffectiveSettingsTest {
  private static final Moment NOW = new Moment(Instant.parse("2026-11-23T18:45:17Z"), 0);
  private static final String NONE = "-";

  /** What the profile and the file say, first and then, and what of it holds. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          # one bad value leaves all others; without a last good value it counts as not set, or as safe
          -                                  | -  | {"loadApprovedExtension":false,"renewPrompt":false,"deviceIdentity":"minimal","proxy":7} | -  | loadApprovedExtension | false   | GOOD
          -                                  | -  | {"loadApprovedExtension":false,"renewPrompt":false,"deviceIdentity":"minimal","proxy":7} | -  | deviceIdentity        | minimal | GOOD
          -                                  | -  | {"loadApprovedExtension":false,"proxy":7} | -                  | proxy                 | system  | REFUSED
          -                                  | -  | {"loadApprovedExtension":"no"}           | -                   | loadApprovedExtension | false   | REFUSED
          -                                  | -  | {"loadApprovedExtension":"no"}           | -                   | renewPrompt           | true    | GOOD
          -                                  | -  | {"renewPrompt":"no"}                     | -                   | renewPrompt           | false   | REFUSED
          -                                  | -  | {"renewPrompt":"no"}                     | -                   | loadApprovedExtension | true    | GOOD
          -                                  | -  | {"deviceIdentity":"none"}                | -                   | deviceIdentity        | minimal | REFUSED
          -                                  | -  | {"includeDefenderIds":"no"}              | -                   | includeDefenderIds    | false   | REFUSED
          -                                  | -  | -                        | {"renewPrompt":"no"}                | renewPrompt           | false   | REFUSED
          # a last good value goes on
          {"loadApprovedExtension":true}     | -  | {"loadApprovedExtension":"no"}           | -                   | loadApprovedExtension | true    | LAST_GOOD
          {"renewPrompt":false,"proxy":"none"} | - | {"renewPrompt":true,"proxy":7}          | -                   | proxy                 | none    | LAST_GOOD
          {"renewPrompt":false,"proxy":"none"} | - | {"renewPrompt":true,"proxy":7}          | -                   | renewPrompt           | true    | GOOD
          # a key that a file lacks was removed on purpose
          {"proxy":"none"}                   | -  | {"renewPrompt":"no"}                     | -                   | proxy                 | system  | GOOD
          -                                  | {"proxy":"none"} | -          | -                               | proxy                 | system  | GOOD
          # a refused managed key beats the local one
          -                                  | -  | {"proxy":7}              | {"proxy":"none"}                    | proxy                 | system  | REFUSED
          -                                  | -  | {"deviceIdentity":7}     | {"deviceIdentity":"full"}           | deviceIdentity        | minimal | REFUSED
          -                                  | -  | {"proxy":"none"}         | {"proxy":7}                         | proxy                 | none    | GOOD
          # units stand and fall together
          -                                  | -  | {"endpoint":"x","endpointFile":"/e"}     | {"endpoint":"https://local.example/"} | endpointFile  | -     | REFUSED
          -                                  | -  | {"endpoint":"x"}         | {"endpoint":"https://local.example/"} | endpoint            | -       | REFUSED
          -                                  | -  | {"endpoint":"x"}         | {"endpointFile":"/e"}               | endpointFile          | -       | REFUSED
          {"endpointFile":"/good"}           | -  | {"endpoint":"x"}         | {"endpoint":"https://local.example/"} | endpointFile        | /good   | LAST_GOOD
          {"endpointFile":"/good"}           | -  | {"endpoint":"x"}         | {"endpoint":"https://local.example/"} | endpoint            | -       | GOOD
          -                                  | -  | {"clientKeystore":"/k.p12","clientKeystorePasswordFile":"p"} | - | clientKeystore      | -       | REFUSED
          {"clientKeystore":"/k.p12","clientKeystorePasswordFile":"/p"} | - | {"clientKeystore":"/new.p12","clientKeystorePasswordFile":"p"} | - | clientKeystore | /k.p12 | LAST_GOOD
          -                                  | -  | {"spool":{"maxEvents":1,"maxAgeDays":3}} | -                   | spool.maxAgeDays      | 14      | REFUSED
          {"spool":{"maxEvents":50,"maxAgeDays":2}} | - | {"spool":{"maxEvents":1,"maxAgeDays":3}} | -              | spool.maxAgeDays      | 2       | LAST_GOOD
          {"spool":{"maxEvents":50}}         | -  | {"spool":7}              | -                                   | spool.maxEvents       | 50      | LAST_GOOD
          -                                  | -  | {"extension":{"teamId":"x","bundleId":"com.example.k"}} | {"extension":{"bundleId":"com.example.l"}} | extension.bundleId | com.microsoft.wdavkext | REFUSED
          # a file that is refused as a whole, managed or local
          -                                  | -  | BAD                      | {"loadApprovedExtension":true}      | loadApprovedExtension | false   | REFUSED
          -                                  | -  | BAD                      | {"renewPrompt":true}                | renewPrompt           | false   | REFUSED
          -                                  | -  | BAD                      | {"deviceIdentity":"full"}           | deviceIdentity        | minimal | REFUSED
          -                                  | -  | BAD                      | {"proxy":"none"}                    | proxy                 | none    | GOOD
          -                                  | -  | {"proxy":"none"}         | BAD                                 | loadApprovedExtension | false   | REFUSED
          -                                  | -  | {"deviceIdentity":"full"} | BAD                                | deviceIdentity        | minimal | REFUSED
          {"renewPrompt":false}              | -  | BAD                      | -                                   | renewPrompt           | false   | LAST_GOOD
          {"renewPrompt":false}              | -  | BAD                      | -                                   | loadApprovedExtension | true    | GOOD
          {"renewPrompt":false}              | -  | BAD                      | {"renewPrompt":true}                | renewPrompt           | false   | LAST_GOOD
          -                                  | {} | -                        | BAD                                 | loadApprovedExtension | true    | GOOD
          # what was never good in a file that was read is not good when nobody can read it
          {"renewPrompt":"no"}               | -  | BAD                      | -                                   | renewPrompt           | false   | REFUSED
          {"deviceIdentity":7,"proxy":"none"} | - | BAD                      | -                                   | deviceIdentity        | minimal | REFUSED
          """)
  void whatHolds(
      String firstManaged,
      String firstLocal,
      String managed,
      String local,
      String key,
      String value,
      ValueState state)
      throws IOException {
    EffectiveSettings first =
        EffectiveSettings.of(managed(firstManaged), local(firstLocal), LastGood.NONE, NOW);
    LastGood remembered = throughTheDisk(first.lastGood());

    for (EffectiveSettings effective :
        List.of(
            first.after(managed(managed), local(local), NOW),
            EffectiveSettings.of(managed(managed), local(local), remembered, NOW))) {
      ResolvedSettings.Shown shown = shown(effective, key);
      assertEquals(value, shown.value() == null ? NONE : String.valueOf(shown.value()));
      assertEquals(state, shown.state());

      EffectiveSettings again = effective.after(managed(managed), local(local), NOW);
      assertEquals(effective.resolved(), again.resolved(), "nothing changes by looking again");
      EffectiveSettings restarted =
          EffectiveSettings.of(
              managed(managed), local(local), throughTheDisk(again.lastGood()), NOW);
      assertEquals(effective.resolved(), restarted.resolved(), "nor by a restart");
    }
  }

  @Test
  void withoutAnySettingsItOnlyWatches() {
    EffectiveSettings nothing =
        EffectiveSettings.of(managed(NONE), local(NONE), LastGood.NONE, NOW);
    assertFalse(nothing.resolved().isConfigured());
    assertTrue(
        nothing
            .resolved()
            .warnings()
            .get(0)
            .contains("it only watches: deploy a profile, or write {} to config.json"));
    for (String content : List.of("{}", "BAD")) {
      assertTrue(
          EffectiveSettings.of(managed(content), local(NONE), LastGood.NONE, NOW)
              .resolved()
              .isConfigured());
      assertTrue(
          EffectiveSettings.of(managed(NONE), local(content), LastGood.NONE, NOW)
              .resolved()
              .isConfigured());
    }
  }

  @Test
  void aKnownProfileThatIsMissingAtAStartStaysInForceForTenMinutes() throws IOException {
    LastGood known =
        throughTheDisk(
            EffectiveSettings.of(
                    managed("{\"renewPrompt\":false}"), local("{}"), LastGood.NONE, NOW)
                .lastGood());

    EffectiveSettings start = EffectiveSettings.of(managed(NONE), local("{}"), known, NOW);
    Moment almost = NOW.plus(EffectiveSettings.GRACE_PERIOD.minusNanos(1));
    EffectiveSettings before = start.after(managed(NONE), local("{}"), almost);
    EffectiveSettings after =
        before.after(managed(NONE), local("{}"), NOW.plus(EffectiveSettings.GRACE_PERIOD));

    assertEquals(ValueState.LAST_GOOD, shown(start, "renewPrompt").state());
    assertEquals(start.resolved(), before.resolved());
    assertTrue(after.resolved().settings().get(Keys.RENEW_PROMPT));
    assertNull(after.lastGood().managed());
    assertTrue(after.resolved().isConfigured());
  }

  @Test
  void withoutALocalFileAProfileThatIsGoneForLongLeavesNoSettings() {
    EffectiveSettings known = EffectiveSettings.of(managed("{}"), local(NONE), LastGood.NONE, NOW);
    EffectiveSettings gone = known.after(managed(NONE), local(NONE), NOW);
    assertTrue(gone.resolved().isConfigured());
    Moment later = NOW.plus(EffectiveSettings.GRACE_PERIOD);
    assertFalse(gone.after(managed(NONE), local(NONE), later).resolved().isConfigured());
  }

  @Test
  void aProfileThatWasNeverSeenCountsWhenItComes() {
    EffectiveSettings start = EffectiveSettings.of(managed(NONE), local(NONE), LastGood.NONE, NOW);
    EffectiveSettings then = start.after(managed("{\"renewPrompt\":false}"), local(NONE), NOW);
    assertFalse(then.resolved().settings().get(Keys.RENEW_PROMPT));
    assertTrue(then.resolved().isConfigured());
  }

  @Test
  void whatCountsInsteadIsSaid() {
    EffectiveSettings good =
        EffectiveSettings.of(managed("{\"proxy\":\"none\"}"), local("{}"), LastGood.NONE, NOW);
    assertEquals(List.of(), good.resolved().warnings());
    assertWarns(good.after(managed("{\"proxy\":7}"), local("{}"), NOW), "stay in force of: proxy.");
    assertWarns(good.after(managed("BAD"), local("{}"), NOW), "its last good values stay in force");
    assertWarns(
        good.after(managed("{\"renewPrompt\":7}"), local("{}"), NOW), "renewPrompt is false.");
    assertWarns(
        good.after(managed("{\"labels\":7}"), local("{}"), NOW), "labels counts as not set.");
    assertWarns(good.after(managed("{\"spool\":7}"), local("{}"), NOW), "spool counts as not set.");
    assertWarns(
        EffectiveSettings.of(managed("BAD"), local("{}"), LastGood.NONE, NOW),
        "Until it is corrected, kextutil does not run and deviceIdentity is minimal");
  }

  @Test
  void anotherMacsLastGoodValuesDoNotCount() {
    LastGood here =
        EffectiveSettings.of(
                managed("{\"proxy\":\"none\"}"), local("{}"), LastGood.NONE.onHardware("A"), NOW)
            .lastGood();
    assertEquals(here, here.onHardware("A"));
    assertEquals(here, here.onHardware(null));
    assertEquals(new LastGood("B", null, null), here.onHardware("B"));
    assertEquals(here, new LastGood(null, here.managed(), here.local()).onHardware("A"));
  }

  @Test
  void whatNoLongerFitsCountsAsRefused() throws IOException {
    String kept =
        "{\"managed\":{\"values\":{\"loadApprovedExtension\":\"maybe\",\"proxy\":\"none\"},"
            + "\"refused\":[]},\"local\":7,\"other\":{}}";
    LastGood known = LastGood.of("f", kept.getBytes(StandardCharsets.UTF_8), Bounds.REAL_MAC);
    EffectiveSettings effective = EffectiveSettings.of(managed("BAD"), local(NONE), known, NOW);
    assertFalse(effective.resolved().settings().get(Keys.LOAD_APPROVED));
    assertEquals("none", effective.resolved().settings().get(Keys.PROXY));
    assertEquals(DeviceIdentity.FULL, effective.resolved().settings().get(Keys.IDENTITY));
  }

  @Test
  void secretsAreInNoWords() {
    EffectiveSettings effective =
        EffectiveSettings.of(
            managed("{\"headers\":{\"X\":\"hunter2\"},\"endpoint\":\"https://a.example/hunter2\"}"),
            local("{}"),
            LastGood.NONE,
            NOW);
    assertFalse(effective.toString().contains("hunter2"), effective.toString());
  }

  private static void assertWarns(EffectiveSettings effective, String text) {
    List<String> warnings = effective.resolved().warnings();
    assertTrue(warnings.stream().anyMatch(one -> one.contains(text)), warnings::toString);
  }

  private static ResolvedSettings.Shown shown(EffectiveSettings effective, String key) {
    return effective.resolved().shown().stream()
        .filter(one -> one.name().equals(key))
        .findFirst()
        .orElseThrow();
  }

  private static LastGood throughTheDisk(LastGood lastGood) throws IOException {
    return LastGood.of("settings.json", lastGood.toJson(), Bounds.REAL_MAC);
  }

  private static SettingsFile managed(@Nullable String content) {
    return source(Origin.MANAGED, content);
  }

  private static SettingsFile local(@Nullable String content) {
    return source(Origin.LOCAL, content);
  }

  /** Both are written as JSON here, which is shorter. */
  private static SettingsFile source(Origin origin, @Nullable String content) {
    if (content == null || content.equals(NONE)) {
      return SettingsFile.missing(origin, origin + ".file");
    }
    byte[] json = content.getBytes(StandardCharsets.UTF_8);
    SettingsFile found = SettingsFile.parse(Origin.LOCAL, origin + ".file", json, Bounds.REAL_MAC);
    return new SettingsFile(
        origin,
        found.file(),
        found.presence(),
        found.raw(),
        found.values(),
        found.refusedGroups(),
        found.warnings(),
        found.problems());
  }
}
