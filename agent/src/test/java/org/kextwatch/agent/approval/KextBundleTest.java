package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.PlistCache;

final class KextBundleTest extends OnAStubMac {
  private static final String PATH = WatchedExtension.DEFENDER.path();
  private static final String SHORT = "<key>CFBundleShortVersionString</key>";
  private static final String BUILD = "<key>CFBundleVersion</key>";

  @ParameterizedTest
  @CsvSource({
    SHORT + "<string>101.02.48</string>" + BUILD + "<string>7</string>, 101.02.48",
    BUILD + "<string> 7 </string>, 7",
    SHORT + "<string></string>" + BUILD + "<string>7</string>, 7",
    SHORT + "<integer>3</integer>" + BUILD + "<string>7</string>, 7",
    SHORT + "<string>1&#10;2</string>,",
    "<key>CFBundleName</key><string>x</string>,",
  })
  void aKextHasTheVersionOfItsPropertyList(String entries, String version) throws Exception {
    mac.kext(PATH, entries);
    assertEquals(new KextBundle(true, version), look());
  }

  @Test
  void aVersionThatIsTooLongIsNone() throws Exception {
    mac.kext(PATH, SHORT + "<string>" + "1".repeat(65) + "</string>");
    assertEquals(new KextBundle(true, null), look());
  }

  @Test
  void aKextWhosePropertyListIsMissingOrBrokenIsThereWithoutVersion() throws Exception {
    Files.createDirectories(mac.place(PATH + "/Contents/MacOS"));
    assertEquals(new KextBundle(true, null), look());
    mac.write(PATH + "/Contents/Info.plist", "bplist00 broken");
    assertEquals(new KextBundle(true, null), look());
  }

  @Test
  void nothingAndAPlainFileAreNoKext() throws Exception {
    assertEquals(new KextBundle(false, null), look());
    mac.write(PATH, "not a bundle");
    assertEquals(new KextBundle(false, null), look());
  }

  private KextBundle look() throws Exception {
    return KextBundle.of(new PlistCache(mac.root()), WatchedExtension.DEFENDER);
  }
}
