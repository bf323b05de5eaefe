package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.status.StatusSamples;

class StateFileFaultsTest {
  @TempDir private Path folder;

  private Path path;
  private StateFile file;

  @BeforeEach
  void name() {
    path = folder.resolve("state.json");
    file = new StateFile(path, new Disk());
  }

  @Test
  void theFirstStateIsFreshAndNoSurprise() {
    StateFile.Loaded loaded = file.load("uuid");
    assertNull(loaded.warning());
    assertEquals("uuid", loaded.state().hardwareUuid());
    assertEquals(0, loaded.state().sequence());
  }

  @Test
  void whatWasSavedIsReadBackAndNobodyElseReadsIt() throws IOException {
    State state =
        State.fresh("uuid")
            .withSequence(7)
            .withReported(StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE));
    file.save(state);
    assertEquals(new StateFile.Loaded(state, null, false), file.load("uuid"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "{\"schema\":1}", "\u0000\u0000"})
  void whatIsNoStateBeginsANewStream(String content) throws IOException {
    Files.writeString(path, content);
    startsAnew(file.load("uuid"));
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path elsewhere = folder.resolve("elsewhere.json");
    new StateFile(elsewhere, new Disk()).save(State.fresh("uuid").withSequence(7));
    Files.createSymbolicLink(path, elsewhere);
    startsAnew(file.load("uuid"));
    file.save(State.fresh("uuid"));
    assertTrue(Files.isRegularFile(elsewhere));
    assertEquals(0, file.load("uuid").state().sequence());
  }

  @Test
  void aFolderOfItsNameIsAFailureAndStays() throws IOException {
    Files.createDirectory(path);
    startsAnew(file.load("uuid"));
    assertThrows(IOException.class, () -> file.save(State.fresh("uuid")));
    assertTrue(Files.isDirectory(path));
  }

  @Test
  void aCloneOfThisMacIsAnotherMac() throws IOException {
    State state = State.fresh("uuid").withSequence(7);
    file.save(state);
    StateFile.Loaded clone = file.load("other");
    startsAnew(clone);
    assertEquals("other", clone.state().hardwareUuid());
    assertNotEquals(state.streamId(), clone.state().streamId());
    assertNotEquals(state.pseudonym(), clone.state().pseudonym());
  }

  @Test
  void aMacThatDoesNotSayWhichItIsKeepsItsState() throws IOException {
    State state = State.fresh("uuid").withSequence(7);
    file.save(state);
    assertEquals(state, file.load(null).state());
    file.save(State.fresh(null).withSequence(7));
    StateFile.Loaded named = file.load("uuid");
    assertEquals("uuid", named.state().hardwareUuid());
    assertEquals(7, named.state().sequence());
    assertNull(named.warning());
  }

  private static void startsAnew(StateFile.Loaded loaded) {
    assertNotNull(loaded.warning());
    assertEquals(0, loaded.state().sequence());
    assertNull(loaded.state().told());
  }
}
