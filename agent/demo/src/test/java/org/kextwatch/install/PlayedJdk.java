package org.kextwatch.install;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kextwatch.agent.Script;

/**
 * A JDK whose jlink only copies, the image beside the jmods that it is given: its library has a
 * Mach-O header that a test makes up. The numbers are those of Apple's {@code mach-o/loader.h}.
 */
final class PlayedJdk {
  static final int ARM64 = 0x0100000c;
  static final int X86_64 = 0x01000007;
  static final int BUILD_VERSION = 0x32;
  static final int VERSION_MIN_MACOSX = 0x24;
  static final int MACOS = 1;
  private static final int MAGIC = 0xfeedfacf;
  private static final int UUID = 0x1b;

  /** Copies the image, and notes what it was asked for. */
  private static final String JLINK =
      """
      [ "$1" != --version ] || exit 0
      printf '%s\\n' "$*" >>"${0%/bin/jlink}/asked"
      from=${0%/bin/jlink}
      while [ "$#" -gt 0 ]; do
        case $1 in
          --module-path) from=${2%/jmods} ;;
          --output) to=$2 ;;
        esac
        shift
      done
      cp -R "${from}/image" "${to}"
      """;

  final Path home;

  PlayedJdk(Path home, String version, byte[] libjvm) throws IOException {
    this.home = home;
    Script.write(home.resolve("bin/java"), "exit 1");
    Script.write(home.resolve("bin/javac"), "echo javac " + version);
    Script.write(home.resolve("bin/jlink"), JLINK);
    write("NOTICE", "whose it is");
    write("release", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\nOS_ARCH=\"odd\"\n");
    write("jmods/java.base.jmod", "");
    write("image/release", "JAVA_VERSION=\"" + version + "\"\n");
    write("image/lib/modules", "modules of " + version);
    write("image/legal/java.base/LICENSE", "a licence");
    Path legal = Files.createDirectories(home.resolve("image/legal/java.xml"));
    Files.createSymbolicLink(legal.resolve("LICENSE"), Path.of("../java.base/LICENSE"));
    Script.write(home.resolve("image/bin/java"), "echo " + version);
    Script.write(home.resolve("image/lib/jspawnhelper"), "");
    Path library = home.resolve("image/lib/server/libjvm.dylib");
    Files.createDirectories(library.getParent());
    Files.write(library, libjvm);
  }

  private void write(String name, String content) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  /** What jlink was asked for, a line for each time. */
  String asked() throws IOException {
    return Files.readString(home.resolve("asked"));
  }

  /** A library for macOS, of a processor, with the oldest macOS as major, minor and patch. */
  static byte[] library(int processor, int command, int major, int minor, int patch) {
    int version = major << 16 | minor << 8 | patch;
    return command == BUILD_VERSION
        ? header(processor, command, MACOS, version, version, 0)
        : header(processor, command, version, version);
  }

  /** A header with another load command before the given one. */
  static byte[] header(int processor, int command, int... words) {
    int size = 8 + 4 * words.length;
    ByteBuffer bytes = ByteBuffer.allocate(32 + 24 + size + 4096).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(MAGIC).putInt(processor).putInt(0).putInt(6).putInt(2).putInt(24 + size);
    bytes.putInt(0).putInt(0);
    bytes.putInt(UUID).putInt(24).putLong(-1).putLong(-1);
    bytes.putInt(command).putInt(size);
    for (int word : words) {
      bytes.putInt(word);
    }
    return bytes.array();
  }

  /** The header of a library for Linux. */
  static byte[] elf(int machine) {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    bytes.putShort((short) 3).putShort((short) machine);
    return bytes.array();
  }
}
