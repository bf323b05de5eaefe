package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;

/** Events that a daemon could not send yet. */
record Backlog(State state, List<CloudEvent> events) {
  private static final Status STATUS =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);

  static Backlog of(int count) {
    State state = State.fresh(null);
    EventWriter writer = new EventWriter();
    List<CloudEvent> events = new ArrayList<>();
    ChangedData data =
        new ChangedData(
            STATUS, List.of(new Change("verdict", "at_risk", "protected")), Transition.RESOLVED);
    for (long sequence = 1; sequence <= count; sequence++) {
      events.add(
          writer.write(data, StatusSamples.DEVICE, Instant.now(), state.streamId(), sequence));
    }
    return new Backlog(state, events);
  }

  /** Puts them into the state folder of a Mac, as if the daemon had kept them there. */
  void keep(Path place) throws IOException {
    Disk hasty =
        new Disk() {
          @Override
          public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
              throws IOException {
            Files.write(file, content);
          }

          @Override
          public void forceFolder(Path folder) {}
        };
    Spool spool = new Spool(Files.createDirectories(place).resolve("spool"), hasty);
    spool.open();
    for (CloudEvent event : events) {
      spool.append(event);
    }
    new StateFile(place.resolve("state.json"), hasty)
        .save(state.withSequence(events.size()).withReported(STATUS));
  }
}
