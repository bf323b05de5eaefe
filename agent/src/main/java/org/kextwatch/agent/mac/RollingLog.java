package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tinylog.core.LogEntry;
import org.tinylog.writers.AbstractFormatPatternWriter;

/**
 * Writes {@code agent.log}. A full one becomes {@code agent-N.log}, with the next number, and the
 * oldest of them is removed. If the file is renamed, removed or truncated, the next line goes to
 * the file that then has the name. Lines that cannot be written are counted, and the next one that
 * can be written reports their number.
 */
public final class RollingLog extends AbstractFormatPatternWriter {
  private static final Pattern FULL = Pattern.compile("agent-(\\d{1,9})\\.log");
  private static final Set<OpenOption> APPEND =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.APPEND,
          LinkOption.NOFOLLOW_LINKS);

  private final Path file;
  private final long maxBytes;
  private final int maxFull;

  private @Nullable SeekableByteChannel channel;
  private @Nullable Object openKey;
  private long leftOut;

  /**
   * Made by the logger.
   *
   * @param properties with {@code file}, {@code bytes} that make it full, and how many full ones
   *     are kept ({@code backups})
   */
  public RollingLog(Map<String, String> properties) throws IOException {
    super(properties);
    this.file = Path.of(getFileName());
    this.maxBytes = Long.parseLong(getStringValue("bytes"));
    this.maxFull = Integer.parseInt(getStringValue("backups"));
    if (Files.isSymbolicLink(file) || hasSecondName()) {
      Files.delete(file);
    }
  }

  /** In 0.1.0 the latest of the numbered files had this name too. */
  private boolean hasSecondName() throws IOException {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1;
  }

  @Override
  public synchronized void write(LogEntry entry) {
    byte[] line = bytes(render(entry));
    try {
      SeekableByteChannel open = open();
      if (open.size() > 0 && open.size() + line.length > maxBytes) {
        roll();
        open = open();
      }
      if (leftOut > 0) {
        append(open, bytes("%n(%d lines could not be written)%n".formatted(leftOut)));
        leftOut = 0;
      }
      append(open, line);
    } catch (IOException | RefusedPathException | DirectoryIteratorException e) {
      leftOut++;
      close();
    }
  }

  private SeekableByteChannel open() throws IOException, RefusedPathException {
    Object found = key();
    SeekableByteChannel open = channel;
    if (open != null && found != null && found.equals(openKey)) {
      return open;
    }
    close();
    // Whoever may write above it could have put another folder in its place.
    try (CheckedFolder folder = CheckedFolder.open(file.resolveSibling(""))) {
      open = folder.open(file.getFileName(), null, APPEND);
    }
    channel = open;
    openKey = key();
    return open;
  }

  /** The file that has the name, {@code null} if there is none. */
  private @Nullable Object key() throws IOException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    BasicFileAttributes found =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!found.isRegularFile()) {
      throw new IOException(
          file + " is not a regular file"); // opening a pipe would wait for its reader
    }
    return found.fileKey();
  }

  private void roll() throws IOException, RefusedPathException {
    close();
    TreeMap<Integer, Path> full = new TreeMap<>();
    CheckedFolder.open(file.resolveSibling("")).close();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(file.resolveSibling(""))) {
      for (Path one : all) {
        Matcher name = FULL.matcher(one.getFileName().toString());
        if (name.matches()) {
          full.put(Integer.valueOf(name.group(1)), one);
        }
      }
    }
    int next = full.isEmpty() ? 0 : full.lastKey() + 1;
    Path target = file.resolveSibling("agent-" + next + ".log");
    Files.move(file, target);
    full.put(next, target);
    for (Path old : full.values().stream().limit(Math.max(0, full.size() - maxFull)).toList()) {
      Files.deleteIfExists(old);
    }
  }

  private static void append(SeekableByteChannel to, byte[] text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text);
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Every line is written at once. */
  @Override
  public void flush() {}

  @Override
  public synchronized void close() {
    try (SeekableByteChannel old = channel) {
      channel = null;
    } catch (IOException e) {
      // nothing was waiting to be written
    }
  }
}
