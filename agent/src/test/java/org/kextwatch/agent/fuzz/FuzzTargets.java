package org.kextwatch.agent.fuzz;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.kextwatch.agent.approval.ApprovalFuzz;
import org.kextwatch.agent.cli.StatusFuzz;
import org.kextwatch.agent.config.ConfigFuzz;
import org.kextwatch.agent.daemon.StateFuzz;
import org.kextwatch.agent.doctor.AccessListFuzz;
import org.kextwatch.agent.doctor.RedactionFuzz;
import org.kextwatch.agent.health.HealthFuzz;
import org.kextwatch.agent.mac.MacFuzz;
import org.kextwatch.agent.remedy.LoaderFuzz;
import org.kextwatch.agent.spool.SpoolFuzz;
import org.kextwatch.agent.webhook.WebhookFuzz;

/** All parsers of ours that read what others wrote, or what a disk may have damaged. */
final class FuzzTargets {
  private static final List<Supplier<List<FuzzTarget>>> ROOMS =
      List.of(
          HealthFuzz::targets,
          ApprovalFuzz::targets,
          LoaderFuzz::targets,
          MacFuzz::targets,
          ConfigFuzz::targets,
          SpoolFuzz::targets,
          StateFuzz::targets,
          StatusFuzz::targets,
          WebhookFuzz::targets,
          AccessListFuzz::targets,
          RedactionFuzz::targets);

  private FuzzTargets() {}

  /** One room after the other: who looks for one target makes no others after it. */
  static Stream<FuzzTarget> all() {
    return ROOMS.stream().flatMap(room -> room.get().stream());
  }

  static FuzzTarget named(String name) {
    return all().filter(target -> target.name().equals(name)).findFirst().orElseThrow();
  }
}
