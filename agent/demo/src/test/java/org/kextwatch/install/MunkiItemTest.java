package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.dd.plist.NSDictionary;
import com.dd.plist.NSObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;

/** The example of a pkginfo has the scripts that are beside it. */
class MunkiItemTest {
  private static final Path MDM = Script.REPOSITORY.resolve("launchd/mdm");
  private static final Path PKGINFO = MDM.resolve("munki/kextwatch.pkginfo");

  @Test
  void thePkginfoHasTheScripts() throws IOException {
    String text = pkginfo().toXMLPropertyList() + "\n";
    if (Boolean.getBoolean("kextwatch.write")) {
      Files.writeString(PKGINFO, text);
    }
    assertEquals(
        text,
        Files.readString(PKGINFO),
        "run: mvn test -Dtest=MunkiItemTest -Dkextwatch.write=true");
  }

  private static NSDictionary pkginfo() throws IOException {
    NSDictionary item = new NSDictionary();
    item.put("name", "Kextwatch");
    item.put("display_name", "Kextwatch");
    item.put("version", "0.2.0");
    item.put("description", "Watches whether Microsoft Defender protects this Mac.");
    item.put("category", "Security");
    item.put("catalogs", NSObject.fromJavaObject(List.of("testing")));
    item.put("installer_item_location", "kextwatch/kextwatch-0.2.0.pkg");
    item.put("minimum_os_version", "10.13");
    item.put("requires", NSObject.fromJavaObject(List.of("KextwatchSecret")));
    item.put("blocking_applications", NSObject.fromJavaObject(List.of()));
    item.put("unattended_install", true);
    item.put("unattended_uninstall", true);
    item.put("uninstallable", true);
    item.put("uninstall_method", "uninstall_script");
    item.put("installcheck_script", Files.readString(MDM.resolve("munki/installcheck.sh")));
    item.put("uninstall_script", Files.readString(MDM.resolve("uninstall.sh")));
    return item;
  }
}
