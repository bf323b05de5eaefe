package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.status.Debounce;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Trigger;

/** A state as this version, another version, or a bad day has left it. */
class StateFileTest {
  private static final String UUID = "5C1F5E0A-8C6B-5D2E-9E57-2F6B1A7D9C34";

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
    Status told = StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);
    State state = State.fresh(UUID).withSequence(7).withReported(told);
    file.save(state);
    String all = Files.readString(path);
    String old =
        (all.substring(0, all.indexOf(",\"unkept\"")) + "}")
            .replace("\"verdictSince\":null,", "")
            .replaceFirst("\"expiresAt\":null,.*\"tamperProtection\":null,", "");
    assertTrue(old.endsWith("\"losses\":{\"events\":0,\"untold\":[]}}"), old);
    assertTrue(old.contains("\"productExpiration\":null,\"definitionsStatus\":"), old);
    write(old);
    assertEquals(new StateFile.Loaded(state, null, false), file.load(UUID));
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
