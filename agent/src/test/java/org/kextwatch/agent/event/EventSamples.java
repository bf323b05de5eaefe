package org.kextwatch.agent.event;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.JavaRuntime;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Resources;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.SystemExtension;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Verdict;

/** A status with every member filled, and events that carry it. */
public final class EventSamples {
  private static final EventWriter WRITER = new EventWriter();

  public static final Instant NOW = Instant.parse("2026-11-23T18:45:17.042Z");

  public static final String STREAM = "0c7f3f1e";

  public static final Device DEVICE =
      new Device(
          "C02XK0AAJG5H",
          "5F2C1C3E-8A54-4D58-9D6E-0B8F4B6F2A11",
          "Jürgen’s MacBook Pro 💻",
          "MacBookPro15,1",
          "10.14.6",
          "18G9323",
          "x86_64",
          new Device.Mdm(true, true),
          Map.of("site", "Berlin"));

  static final Device UNKNOWN_DEVICE =
      new Device(null, null, null, null, null, null, null, Device.Mdm.UNKNOWN, Map.of());

  public static final Attempt ATTEMPT =
      new Attempt(NOW, Outcome.POLICY_BLOCKED, 27, "Kext rejected due to system policy");

  public static final Status STATUS =
      new Status(
          Status.SCHEMA,
          NOW,
          Verdict.AT_RISK,
          Reason.AWAITING_APPROVAL,
          NOW.minusSeconds(840),
          false,
          "Defender's kernel extension is waiting for approval on C02XK0AAJG5H.",
          "System Preferences > Security & Privacy > General: Allow \"Microsoft Corporation\".",
          DEVICE,
          new AgentState(
              "0.2.0",
              NOW,
              3,
              2,
              1,
              NOW,
              "https://a.example answered 503",
              -4L,
              List.of("w"),
              60,
              new Resources(2.5, 60_000_000L, 1_234L),
              new JavaRuntime("25.0.3+9-LTS", LocalDate.of(2026, 4, 21))),
          new Health(
              Reachability.OK,
              false,
              true,
              true,
              false,
              "kext",
              false,
              true,
              List.of("no real time protection"),
              "101.02.48",
              "2027-01-01T00:00:00Z",
              LocalDate.of(2027, 1, 1),
              false,
              "Production",
              "block",
              "up_to_date",
              12L,
              List.of("realTimeProtectionEnabled"),
              List.of("fullDiskAccessEnabled"),
              0,
              null),
          new Extension(
              ExtensionKind.KERNEL,
              ExtensionState.AWAITING_APPROVAL,
              "com.microsoft.wdavkext",
              "UBF8T346G9",
              "/Library/Extensions/wdavkext.kext",
              "101.02.48",
              false,
              "101.02.47",
              Grant.NONE,
              "kext_policy has no row",
              true,
              false,
              ATTEMPT,
              List.of(
                  new SystemExtension(
                      "com.microsoft.wdav.epsext", "101.02.48", "activated_enabled"))));

  /** A status of which hardly anything is known. */
  static final Status BLIND_STATUS =
      new Status(
          Status.SCHEMA,
          NOW,
          Verdict.UNKNOWN,
          Reason.TIMEOUT,
          null,
          true,
          "",
          "",
          UNKNOWN_DEVICE,
          AgentState.quiet("0.2.0", NOW, 300),
          Health.unreachable(Reachability.TIMEOUT, null),
          new Extension(
              ExtensionKind.UNKNOWN,
              ExtensionState.UNKNOWN,
              "com.microsoft.wdavkext",
              "UBF8T346G9",
              "/Library/Extensions/wdavkext.kext",
              null,
              null,
              null,
              Grant.UNREADABLE,
              "",
              null,
              null,
              null,
              List.of()));

  private EventSamples() {}

  public static CloudEvent started(long sequence) {
    return event(new EventData.StartedData(STATUS), sequence);
  }

  public static CloudEvent stopping(long sequence) {
    return event(new EventData.StoppingData(STATUS, EventData.Cause.SIGNAL), sequence);
  }

  public static CloudEvent changed(long sequence) {
    return event(new EventData.ChangedData(STATUS, List.of(), Transition.NEW), sequence);
  }

  public static CloudEvent event(EventData data, long sequence) {
    return event(data, NOW, STREAM, sequence);
  }

  public static CloudEvent event(EventData data, Instant time, String stream, long sequence) {
    return WRITER.write(data, DEVICE, time, stream, sequence);
  }

  public static CloudEvent heartbeat(Instant time) {
    return WRITER.write(new EventData.HeartbeatData(STATUS, 0, 900), DEVICE, time, STREAM);
  }

  /** A {@code webhook.test}, which has no number. */
  public static CloudEvent test() {
    return unnumbered(new EventData.TestData(STATUS));
  }

  /** A heartbeat or a test. */
  public static CloudEvent unnumbered(EventData data) {
    return data instanceof EventData.HeartbeatData heartbeat
        ? WRITER.write(heartbeat, DEVICE, NOW, STREAM)
        : WRITER.write((EventData.TestData) data, DEVICE, NOW);
  }
}
