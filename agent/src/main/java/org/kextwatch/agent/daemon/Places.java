package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Path;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;

/** Where the agent keeps what nobody else may read. */
record Places(Path folder) {
  private static final String FOLDER = "/private/var/db/kextwatch";

  static Places of(SystemRoot root) {
    return new Places(root.resolve(FOLDER));
  }

  void make(Disk disk) throws IOException {
    disk.makePrivateFolder(folder);
  }

  Path state() {
    return folder.resolve("state.json");
  }

  Path spool() {
    return folder.resolve("spool");
  }

  /** Where install.sh says why it ends the daemon. */
  Path stopCause() {
    return folder.resolve("stop-cause");
  }

  Path lock() {
    return folder.resolve("lock");
  }
}
