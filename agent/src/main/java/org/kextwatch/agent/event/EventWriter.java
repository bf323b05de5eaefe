package org.kextwatch.agent.event;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.EventData.HeartbeatData;
import org.kextwatch.agent.event.EventData.TestData;
import org.kextwatch.agent.mac.PlainText;
import org.kextwatch.agent.status.Device;

/**
 * Makes events. Each body is a CloudEvents 1.0 event in JSON and a Standard Webhooks 1.0.0 payload,
 * so it has the time in two members.
 */
public final class EventWriter {
  private final Ulid ids;

  public EventWriter() {
    this(new Ulid());
  }

  EventWriter(Ulid ids) {
    this.ids = ids;
  }

  /**
   * Makes an event of a stream.
   *
   * @param sequence its number: one more than the previous event's
   * @throws IllegalArgumentException if the data is a heartbeat or test, which have no number
   */
  public CloudEvent write(
      EventData data, Device device, Instant time, String streamId, long sequence) {
    if (!data.type().isSpooled()) {
      throw new IllegalArgumentException(data.type() + " has no sequence number");
    }
    return build(data, device, time, streamId, sequence);
  }

  /**
   * Makes a heartbeat, which has no sequence number.
   *
   * @param streamId the stream that its {@code lastSequence} belongs to
   */
  public CloudEvent write(HeartbeatData data, Device device, Instant time, String streamId) {
    return build(data, device, time, streamId, null);
  }

  /** Makes a test, which belongs to no stream. */
  public CloudEvent write(TestData data, Device device, Instant time) {
    return build(data, device, time, null, null);
  }

  private CloudEvent build(
      EventData data,
      Device device,
      Instant time,
      @Nullable String streamId,
      @Nullable Long sequence) {
    String id = "evt_" + ids.next();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("specversion", "1.0");
    body.put("id", id);
    body.put("source", source(device));
    body.put("type", data.type().fullName());
    body.put("time", time);
    body.put("timestamp", time);
    // CloudEvents 1.0 forbids null attributes: an unknown one is omitted.
    if (device.serialNumber() != null && !device.serialNumber().isEmpty()) {
      body.put("subject", device.serialNumber());
    }
    body.put("datacontenttype", "application/json");
    body.put("dataschema", data.type().schema());
    if (streamId != null) {
      body.put("streamid", streamId);
    }
    if (sequence != null) {
      body.put("sequence", String.format(Locale.ROOT, "%016d", sequence));
    }
    body.put("text", PlainText.of(data.text(device)));
    body.put("data", data);
    return new CloudEvent(
        id, data.type(), streamId, sequence, time, ByteString.of(Json.write(body)));
  }

  /** Always a URI, as CloudEvents requires, even if the UUID of the Mac is malformed. */
  private static String source(Device device) {
    String uuid = device.hardwareUuid();
    return uuid != null && uuid.matches("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
        ? "urn:uuid:" + uuid.toLowerCase(Locale.ROOT)
        : "urn:kextwatch:unknown";
  }
}
