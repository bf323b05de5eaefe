package org.kextwatch.agent.delivery;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.spool.Spool;

/** A delivery whose steps are made by hand, in virtual time. */
public final class DeliverySteps {
  private DeliverySteps() {}

  /** One that is not started. */
  public static DeliveryThread thread(
      Spool spool,
      SystemRoot root,
      String device,
      Settings settings,
      Supplier<Optional<CloudEvent>> heartbeat,
      Supplier<Moment> clock) {
    return new DeliveryThread(
        spool, root, "0.2.0", device, settings, heartbeat, clock, new DispatcherRig.HalfAlways());
  }

  /** Makes all steps that are due. Returns the time until the next one. */
  public static Duration untilIdle(DeliveryThread delivery) {
    Duration wait = delivery.step();
    while (wait.isZero()) {
      wait = delivery.step();
    }
    return wait;
  }
}
