package org.kextwatch.agent.approval;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A process that has the database open, as syspolicyd has. */
final class SqliteWriter implements AutoCloseable {
  private final Process process;
  private final Writer in;
  private final BufferedReader out;

  SqliteWriter(Path database) throws IOException {
    process =
        new ProcessBuilder("/usr/bin/sqlite3", "-batch", "-init", "/dev/null", database.toString())
            .redirectErrorStream(true)
            .start();
    in = process.outputWriter(StandardCharsets.UTF_8);
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Makes a database, or changes one, and leaves it closed. */
  static void run(Path database, String... statements) throws IOException {
    try (SqliteWriter writer = new SqliteWriter(database)) {
      for (String statement : statements) {
        writer.execute(statement);
      }
    }
  }

  /** Returns once the statement is done. */
  void execute(String sql) throws IOException {
    in.write(sql + "\n;SELECT 'do' || 'ne';\n");
    in.flush();
    StringBuilder seen = new StringBuilder();
    for (String line = out.readLine(); !"done".equals(line); line = out.readLine()) {
      if (line == null || line.contains("rror")) {
        throw new IOException("sqlite3 says: " + seen + line);
      }
      seen.append(line).append('\n');
    }
  }

  /** Ends without a chance to clean up. */
  void crash() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      in.close();
    }
    process.onExit().join();
  }
}
