package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.FileStamp;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.TrustedFile;

/** Reads the files that settings name. An error message begins with the name of the setting. */
final class ReferencedFiles {
  private static final int MAX_TEXT_BYTES = 8 << 10;
  private static final int MAX_STORE_BYTES = 4 << 20;
  private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]+");

  private final SystemRoot root;

  ReferencedFiles(SystemRoot root) {
    this.root = root;
  }

  /** They change when any of these files is changed, replaced or removed, or gets another mode. */
  List<FileStamp> stamps(Settings settings) {
    return settings.files().stream().map(root::resolve).map(FileStamp::of).toList();
  }

  /** The only line of a file that other users cannot read, without blanks around it. */
  String secretLine(String setting, String macPath) throws UnusableSettingException {
    String line = new String(secretText(setting, macPath), StandardCharsets.UTF_8).strip();
    if (!PRINTABLE.matcher(line).matches()) {
      throw new UnusableSettingException(
          "%s: %s does not hold one line of ASCII".formatted(setting, macPath));
    }
    return line;
  }

  /** A short text that nobody else may read. */
  byte[] secretText(String setting, String macPath) throws UnusableSettingException {
    return read(setting, macPath, file -> TrustedFile.readSecret(file, MAX_TEXT_BYTES));
  }

  /** The content of a file that other users cannot read. */
  byte[] secret(String setting, String macPath) throws UnusableSettingException {
    return read(setting, macPath, file -> TrustedFile.readSecret(file, MAX_STORE_BYTES));
  }

  /** The content of a file that other users cannot write. */
  byte[] trusted(String setting, String macPath) throws UnusableSettingException {
    return read(setting, macPath, file -> TrustedFile.read(file, MAX_STORE_BYTES));
  }

  private byte[] read(String setting, String macPath, Reader reader)
      throws UnusableSettingException {
    try {
      return reader.read(root.resolve(macPath));
    } catch (NoSuchFileException e) {
      throw new UnusableSettingException("%s: there is no %s".formatted(setting, macPath));
    } catch (RefusedPathException e) {
      throw new UnusableSettingException("%s: %s".formatted(setting, e.reason()));
    } catch (AccessDeniedException e) {
      throw new UnusableSettingException(
          "%s: %s cannot be read by this user; try sudo".formatted(setting, macPath));
    } catch (IOException e) {
      throw new UnusableSettingException(
          "%s: %s cannot be read (%s)".formatted(setting, macPath, e.getClass().getSimpleName()));
    }
  }

  private interface Reader {
    byte[] read(Path file) throws IOException, RefusedPathException;
  }
}
