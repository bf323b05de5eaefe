package org.kextwatch.agent.badhouse.status;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.kextwatch.agent.badhouse.mac.NoisyHelper;

/** Breaks rules, so that a test can see that they are held. It is never run. */
public final class Impure {
  public Instant now() {
    return Instant.now();
  }

  public void read(NoisyHelper helper) throws IOException {
    Files.readString(Path.of("/"));
    Runtime.getRuntime().exec(new String[] {"true"});
  }

  public void keep(RandomAccessFile file) throws IOException {
    file.getFD().sync();
    file.getChannel().force(true);
  }
}
