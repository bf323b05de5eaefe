package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds and kills the processes that a run has left behind: by the run's marker in their
 * environment, because a grandchild whose parent has exited has no other trace of the run.
 */
interface ProcessReaper {
  /** Every living process with the marker of the run in its environment. */
  List<ProcessHandle> find(String marker);

  /** Kills them, and all that they start meanwhile, until none is found. */
  default void kill(String marker) {
    for (int round = 0; round < 20; round++) {
      List<ProcessHandle> alive = find(marker);
      if (alive.isEmpty()) {
        return;
      }
      alive.forEach(ProcessHandle::destroyForcibly);
    }
  }

  static ProcessReaper ofThisSystem() {
    Path proc = Path.of("/proc/self/environ");
    return Files.exists(proc)
        ? new InProc(Path.of("/proc"), Files::readAllBytes)
        : new PsFinder(Ps.OF_THIS_SYSTEM);
  }

  /** Linux shows the environment of each process as a file, which is read with {@code contents}. */
  record InProc(Path proc, Contents contents) implements ProcessReaper {
    private static final int LOOKS = 30;
    private static final long PAUSE_NANOS = 1_000_000;

    @Override
    public List<ProcessHandle> find(String marker) {
      List<ProcessHandle> found = new ArrayList<>();
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
        for (Path process : processes) {
          if (carries(process, marker)) {
            ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                .ifPresent(found::add);
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        return found;
      }
      return found;
    }

    private boolean carries(Path process, String marker) {
      try {
        return environment(process).contains(marker);
      } catch (IOException e) {
        return false; // it has ended, or it is another user's and so not of this run
      }
    }

    /**
     * During exec a process has a program but for a moment no environment. A thread of the kernel
     * and a process that has ended have neither.
     */
    private String environment(Path process) throws IOException {
      byte[] environment = contents.of(process.resolve("environ"));
      for (int i = 0; environment.length == 0 && i < LOOKS && hasProgram(process); i++) {
        LockSupport.parkNanos(PAUSE_NANOS);
        environment = contents.of(process.resolve("environ"));
      }
      return new String(environment, StandardCharsets.ISO_8859_1);
    }

    private static boolean hasProgram(Path process) {
      try {
        Files.readSymbolicLink(process.resolve("exe"));
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    /** How the contents of a file are read. */
    interface Contents {
      byte[] of(Path file) throws IOException;
    }
  }
}
