package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Records;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Debounce;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Trigger;

/** A state as this version, another version, or a bad day has left it. */
class StateFileTest {
  private static final String UUID = "5C1F5E0A-8C6B-5D2E-9E57-2F6B1A7D9C34";

  /** The members of {@code agent} that 0.1.0 did not write. */
  private static final Map<String, ?> NEW_OF_THE_AGENT =
      Collections.singletonMap("resources", null);

  @TempDir private Path folder;

  private Path path;
  private StateFile file;

  @BeforeEach
  void layOut() throws IOException {
    StubMac.allow(folder, "rwx------");
    path = folder.resolve("state.json");
    file = new StateFile(path, new Disk());
  }

  @Test
  void whatIsSavedIsLoaded() throws IOException {
    State state = State.fresh(UUID).withSequence(7);
    file.save(state);
    assertEquals(new StateFile.Loaded(state, null, false), file.load(UUID));
  }

  /** A part in a form that this version does not know, and which part begins anew. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          "told":{"schema":1,"verdict":"fine"}       | told
          "told":{"schema":1}                        | told
          "told":[]                                  | told
          "loads":{"attempts":3}                     | loads
          "loads":null                               | loads
          "loads":"none"                             | loads
          "steadiness":{"held":true}                 | steadiness
          "steadiness":7                             | steadiness
          """)
  void aPartOfAnotherVersionBeginsAnewAndTheStreamGoesOn(String part, String name)
      throws IOException {
    file.save(State.fresh(UUID).with(LoadHistory.NONE.beginning(Instant.EPOCH, Trigger.APPROVED)));
    State before = file.load(UUID).state().withSequence(41);
    file.save(before);
    String saved = Files.readString(path);
    write(saved.replaceFirst("\"" + name + "\":(null|\\{[^{}]*\\})", part));

    StateFile.Loaded loaded = file.load(UUID);

    assertEquals(before.streamId(), loaded.state().streamId());
    assertEquals(before.pseudonym(), loaded.state().pseudonym());
    assertEquals(41, loaded.state().sequence());
    assertEquals(UUID, loaded.state().hardwareUuid());
    assertNull(loaded.state().told());
    assertEquals(name.equals("loads") ? LoadHistory.NONE : before.loads(), loaded.state().loads());
    assertEquals(Debounce.NOTHING_SEEN, loaded.state().steadiness());
    assertTrue(loaded.warning().contains("A part of the saved state"), loaded.warning());
  }

  @Test
  void aStateOfAnOlderVersionWithTheStreamAloneIsEnough() throws IOException {
    write("{\"schema\":1,\"streamId\":\"0a1b2c3d\",\"sequence\":12}");
    State state = file.load(UUID).state();
    assertEquals("0a1b2c3d", state.streamId());
    assertEquals(12, state.sequence());
    assertEquals(UUID, state.hardwareUuid());
    assertEquals(LoadHistory.NONE, state.loads());
    assertEquals(36, state.pseudonym().length());
  }

  /** As 0.1.0 wrote it, before anything was added. */
  @Test
  void aStateOfTheReleaseBeforeIsReadWithoutAWarning() throws IOException {
    State state = writeOld(StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE));
    assertEquals(new StateFile.Loaded(state, null, false), file.load(UUID));
  }

  /** 0.1.0 asked the kernel's list there too, and had told that it lacks the kext. */
  @Test
  void whereThereAreSystemExtensionsTheUpgradeIsNoNews() throws IOException {
    Extension now = StatusSamples.systemExtension(ExtensionState.ACTIVE, List.of());
    assertNull(now.loaded());
    writeOld(
        StatusSamples.status(StatusSamples.HEALTHY, Records.with(now, "loaded", (Object) false)));
    State state = file.load(UUID).state();
    assertEquals(false, state.told().extension().loaded());
    Moment noon = new Moment(StatusSamples.NOON, 0);
    Assessment look =
        new Assessor()
            .assess(
                StatusSamples.seen(StatusSamples.NOON, StatusSamples.HEALTHY, now),
                LoadHistory.NONE,
                state,
                Settings.defaults(),
                AgentState.quiet("0.2.0", StatusSamples.NOON, 300),
                noon);
    State after = state.after(look, LoadHistory.NONE, Settings.defaults());
    assertEquals(Optional.empty(), after.news(look));
  }

  /** Writes a state as 0.1.0 did. Returns what is to be read from it. */
  private State writeOld(Status told) throws IOException {
    Status bare = Records.with(told, "agent", Records.with(told.agent(), NEW_OF_THE_AGENT));
    State state = State.fresh(UUID).withSequence(7).withReported(bare);
    file.save(state);
    String all = Files.readString(path);
    String old =
        (all.substring(0, all.indexOf(",\"unkept\"")) + "}")
            .replace("\"verdictSince\":null,", "")
            .replaceFirst("\"expiresAt\":null,.*\"tamperProtection\":null,", "");
    for (String member : NEW_OF_THE_AGENT.keySet()) {
      assertTrue(old.contains(",\"" + member + "\":null"), old);
      old = old.replace(",\"" + member + "\":null", "");
    }
    assertTrue(old.endsWith("\"losses\":{\"events\":0,\"untold\":[]}}"), old);
    assertTrue(old.contains("\"productExpiration\":null,\"definitionsStatus\":"), old);
    write(old);
    return state;
  }

  @Test
  void membersOfANewerVersionArePassedOver() throws IOException {
    State state = State.fresh(UUID).withSequence(7);
    file.save(state);
    write(Files.readString(path).replaceFirst("\\{", "{\"mood\":{\"good\":true},"));
    assertEquals(new StateFile.Loaded(state, null, false), file.load(UUID));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{\"streamId\":\"0a1b2c3d\",\"sequence\":1",
        "{\"streamId\":\"0a1b2c3d\"}",
        "{\"streamId\":null,\"sequence\":1}",
        "{\"streamId\":\"0a1b2c3d\",\"sequence\":-1}",
        "{\"streamId\":\"../../etc\",\"sequence\":1}",
        "{\"streamId\":\"0a1b2c3d\",\"sequence\":\"many\"}"
      })
  void aStateWithoutItsStreamBeginsANewOneAndSaysSo(String content) throws IOException {
    write(content);
    StateFile.Loaded loaded = file.load(UUID);
    assertEquals(0, loaded.state().sequence());
    assertNotEquals("0a1b2c3d", loaded.state().streamId());
    assertTrue(loaded.warning().contains("a new stream of events was begun"), loaded.warning());
  }

  @Test
  void anotherMacsStateIsNotFollowedEvenInPart() throws IOException {
    write(
        "{\"streamId\":\"0a1b2c3d\",\"sequence\":12,\"hardwareUuid\":\"%s\"}"
            .formatted(UUID.replace('5', '6')));
    StateFile.Loaded loaded = file.load(UUID);
    assertEquals(0, loaded.state().sequence());
    assertTrue(loaded.warning().contains("belongs to another Mac"), loaded.warning());
  }

  @Test
  void aMacThatDoesNotTellItsUuidForOnceKeepsItsStream() throws IOException {
    State state = State.fresh(UUID).withSequence(7);
    file.save(state);
    assertEquals(state, file.load(null).state());
  }

  private void write(String content) throws IOException {
    Files.writeString(path, content);
    StubMac.allow(path, "rw-------");
  }
}
