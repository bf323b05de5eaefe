package org.kextwatch.agent.doctor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.daemon.Version;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.PlainText;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.mac.TrustedFile;
import picocli.CommandLine.Help.Ansi;

/**
 * Collects what remote support needs in one redacted archive. A part that cannot be read says why.
 */
public final class SupportArchive {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_DOCUMENT = 1 << 20;
  private static final int MAX_LOG = 512 << 10;
  private static final int MAX_LOGS = 8;
  private static final int MAX_NAMES = 10_000;
  private static final int MAX_NAME = 255;

  /**
   * Without the last reported status and the hardware UUID: status.json shows what may be shown.
   */
  private static final Set<String> STATE_MEMBERS =
      Set.of("schema", "streamId", "sequence", "loads", "steadiness", "lostSight", "ration");

  private final SystemRoot root;
  private final ResolvedSettings settings;
  private final Redaction redaction;
  private final Map<String, String> texts = new LinkedHashMap<>();

  private SupportArchive(SystemRoot root) {
    this.root = root;
    this.settings = new SettingsReader(root).read();
    this.redaction =
        Redaction.of(root, settings.settings(), Hardware.of(new ToolRunner(root), TIMEOUT));
  }

  /** Gathers everything; nothing is written yet. */
  public static SupportArchive of(SystemRoot root, boolean mayReadAll) {
    SupportArchive archive = new SupportArchive(root);
    Doctor.Report report = Doctor.examine(root, mayReadAll);
    archive.add("versions.txt", archive::versions);
    archive.add("doctor.txt", () -> DoctorText.of(report, Ansi.OFF));
    archive.add("doctor.json", () -> Json.text(report.findings()));
    archive.add("status.json", () -> archive.document(AgentPaths.STATUS));
    archive.add("settings.txt", archive::settings);
    archive.add("state.json", archive::state);
    archive.add("spool.txt", archive::spool);
    archive.addLogs();
    return archive;
  }

  /**
   * Writes a file that only this user can read, as a whole or not at all.
   *
   * @throws FileAlreadyExistsException if a file, folder or link has that name
   */
  public void write(Path file) throws IOException {
    write(file, new Disk());
  }

  void write(Path file, Disk disk) throws IOException {
    byte[] archive = zipped();
    try {
      disk.create(file, archive, Disk.PRIVATE);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      disk.delete(file);
      throw e;
    }
  }

  private byte[] zipped() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, String> text : texts.entrySet()) {
        zip.putNextEntry(new ZipEntry("kextwatch/" + text.getKey()));
        zip.write(redaction.of(text.getValue()).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private void add(String name, Source source) {
    String text;
    try {
      text = source.text();
    } catch (NoSuchFileException e) {
      text = "It cannot be read: there is no " + e.getMessage() + "\n";
    } catch (AccessDeniedException e) {
      text = "It cannot be read: this user may not read " + e.getMessage() + "\n";
    } catch (RefusedPathException e) {
      text = "It cannot be read: " + e.reason() + "\n";
    } catch (IOException e) {
      text = "It cannot be read: " + e.getMessage() + "\n";
    } catch (RuntimeException e) {
      text = "It cannot be read: " + e + "\n";
    }
    texts.put(name, text);
  }

  private String versions() {
    String macOs =
        MacVersion.of(root).map(mac -> mac.text() + " (" + mac.build() + ")").orElse("unknown");
    return "Kextwatch %s\nJava %s, %s, %s\nmacOS %s\n"
        .formatted(
            Version.current(),
            System.getProperty("java.version"),
            System.getProperty("java.vendor"),
            System.getProperty("os.arch"),
            macOs);
  }

  private String document(String macPath) throws IOException, RefusedPathException {
    return new String(bytes(macPath), StandardCharsets.UTF_8);
  }

  private byte[] bytes(String macPath) throws IOException, RefusedPathException {
    return TrustedFile.read(root.resolve(macPath), MAX_DOCUMENT);
  }

  /** Each with its origin; of the endpoint only scheme and host, of headers only the names. */
  private String settings() {
    StringBuilder lines = new StringBuilder();
    settings.shown().forEach(setting -> lines.append(SettingsTable.row(setting)).append('\n'));
    settings.problems().forEach(text -> lines.append("refused: ").append(text).append('\n'));
    settings.warnings().forEach(text -> lines.append("warning: ").append(text).append('\n'));
    return lines.toString();
  }

  private String state() throws IOException, RefusedPathException {
    Object all = Json.read(Object.class, bytes(AgentPaths.STATE));
    Map<String, Object> kept = new LinkedHashMap<>();
    if (all instanceof Map<?, ?> members) {
      members.forEach(
          (name, value) -> {
            if (name instanceof String text && STATE_MEMBERS.contains(text) && value != null) {
              kept.put(text, value);
            }
          });
    }
    return Json.text(kept);
  }

  private String spool() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String folder :
        List.of(AgentPaths.SPOOL_TMP, AgentPaths.SPOOL_NEW, AgentPaths.SPOOL_QUARANTINE)) {
      Path path = root.resolve(AgentPaths.SPOOL + "/" + folder);
      for (String name : names(path, "*", MAX_NAMES)) {
        String shown = PlainText.quotable(name, MAX_NAME);
        lines.append(folder).append('/').append(shown).append('\n');
      }
    }
    return lines.toString();
  }

  private void addLogs() {
    Path folder = root.resolve(AgentPaths.LOG_FOLDER);
    try {
      for (String name : names(folder, "*.log", MAX_LOGS)) {
        add("logs/" + name, () -> end(folder.resolve(name)));
      }
    } catch (IOException e) {
      texts.put("logs.txt", "The logs cannot be listed: " + e.getMessage() + "\n");
    }
  }

  /** The end of a file, from the start of a line: a secret that is cut would not be recognized. */
  private static String end(Path file) throws IOException, RefusedPathException {
    byte[] bytes = TrustedFile.readEnd(file, MAX_LOG);
    String text = new String(bytes, StandardCharsets.UTF_8);
    int line = text.indexOf('\n');
    return bytes.length < MAX_LOG ? text : line < 0 ? "" : text.substring(line + 1);
  }

  private static Set<String> names(Path folder, String glob, int atMost) throws IOException {
    Set<String> names = new TreeSet<>();
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(folder + " is not a folder that can be read");
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
      for (Path file : files) {
        if (names.size() < atMost) {
          names.add(String.valueOf(file.getFileName()));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  private interface Source {
    String text() throws IOException, RefusedPathException;
  }
}
