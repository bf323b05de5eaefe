package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

class OwnerTest {
  @TempDir private Path folder;

  @Test
  void whatIsMadeHereIsTrusted() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertEquals(Owner.current(), Owner.of(file));
    assertTrue(Owner.of(file).isTrusted());
  }

  @Test
  void whatIsNotThereBelongsToNobody() {
    Owner owner = Owner.of(folder.resolve("absent"));
    assertFalse(owner.isRoot());
    assertFalse(owner.isTrusted());
  }

  /** Or a daemon whose disk is full could not start. */
  @Test
  void rootIsKnownWhereNothingCanBeWritten() throws Exception {
    Ended ended =
        Script.run(
            folder,
            Map.of(),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.io.tmpdir=" + folder.resolve("absent"),
            "-cp",
            System.getProperty("java.class.path"),
            OwnerTest.class.getName());
    assertEquals(Owner.current().isRoot() + "\n", ended.out(), ended::toString);
  }

  public static void main(String[] arguments) {
    System.out.println(Owner.current().isRoot());
  }
}
