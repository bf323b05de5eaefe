package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MacVersionTest {
  @TempDir private Path mac;

  @ParameterizedTest
  @CsvSource({
    "10.13.6,10,13,true,false",
    "10.14,10,14,true,false",
    "10.15.7,10,15,false,false",
    "10.16,10,16,false,true",
    "11.0.1,11,0,false,true",
    "26.1,26,1,false,true",
    "27,27,0,false,true"
  })
  void knowsWhereSystemExtensionsBegin(
      String text, int major, int minor, boolean before, boolean bigSur) {
    MacVersion version = MacVersion.parse(text, "B").orElseThrow();
    assertEquals(new MacVersion(major, minor, text, "B"), version);
    assertEquals(before, version.isBeforeCatalina());
    assertEquals(bigSur, version.isBigSurOrLater());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "10.x", "-1", "99999999999.1"})
  void whatIsNoVersionIsNotKnown(String text) {
    assertEquals(Optional.empty(), MacVersion.parse(text, ""));
  }

  @Test
  void readsTheFileThatEveryMacHas() throws Exception {
    Path file = mac.resolve("System/Library/CoreServices/SystemVersion.plist");
    Files.createDirectories(file.getParent());
    assertFalse(MacVersion.of(SystemRoot.at(mac)).isPresent());
    Files.writeString(
        file,
        "<plist version=\"1.0\"><dict><key>ProductBuildVersion</key><string>18G9323</string>"
            + "<key>ProductVersion</key><string>10.14.6</string></dict></plist>");
    assertEquals(
        Optional.of(new MacVersion(10, 14, "10.14.6", "18G9323")),
        MacVersion.of(SystemRoot.at(mac)));
  }
}
