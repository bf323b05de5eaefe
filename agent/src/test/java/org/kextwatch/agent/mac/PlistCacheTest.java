package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlistCacheTest {
  private static final String LIST = "/Library/list.plist";
  private static final Moment SOON = Moment.now().plus(Duration.ofMinutes(5));

  private StubMac mac;
  private PlistCache plists;

  @BeforeEach
  void aList(@TempDir Path folder) {
    mac = new StubMac(folder);
    plists = new PlistCache(mac.root());
    write("one");
    plists.beginLook(SOON);
  }

  @Test
  void aListIsParsedAgainOnlyIfItChanged() throws Exception {
    Plist one = plists.read(LIST);
    plists.beginLook(SOON.plus(Duration.ofMinutes(59)));
    assertSame(one, plists.read(LIST));
    write("three");
    assertEquals("three", word());
    Files.delete(mac.path(LIST));
    assertThrows(NoSuchFileException.class, () -> plists.read(LIST));
    mac.write(LIST, "no list");
    assertThrows(IOException.class, () -> plists.read(LIST));
    write("one");
    assertEquals("one", word());
  }

  /** Stamps are hints. */
  @Test
  void afterAnHourItIsParsedAgainWhateverItsStampSays() throws Exception {
    Plist one = plists.read(LIST);
    plists.beginLook(SOON.plus(Duration.ofHours(1)));
    assertNotSame(one, plists.read(LIST));
  }

  /** Some disks count whole seconds: one more write in the same second gives no other stamp. */
  @Test
  void whatWasWrittenJustNowIsNotRemembered() throws Exception {
    Path file = mac.path(LIST);
    Files.setLastModifiedTime(file, FileTime.from(SOON.wall().minusSeconds(1)));
    assertNotSame(plists.read(LIST), plists.read(LIST));
    Files.setLastModifiedTime(file, FileTime.from(SOON.wall().plusSeconds(9)));
    assertNotSame(plists.read(LIST), plists.read(LIST));
    Files.setLastModifiedTime(file, FileTime.from(SOON.wall().minusSeconds(3)));
    assertSame(plists.read(LIST), plists.read(LIST));
  }

  @Test
  void withoutALookNothingIsRemembered() throws Exception {
    PlistCache fresh = new PlistCache(mac.root());
    assertNotSame(fresh.read(LIST), fresh.read(LIST));
  }

  private void write(String word) {
    mac.write(LIST, StubMac.plist("<key>word</key><string>" + word + "</string>"));
  }

  private String word() throws IOException {
    return plists.read(LIST).string("word").orElseThrow();
  }
}
