package org.kextwatch.agent.health;

import java.util.List;

/** The commands that ask Defender for its health, the newest first. */
enum HealthCommand {
  JSON,
  TEXT,
  /** Up to 2020; "deprecated" by the release notes of 101.19.48. */
  OLD_TEXT;

  /** The arguments for mdatp. */
  List<String> arguments() {
    return switch (this) {
      case JSON -> List.of("health", "--output", "json");
      case TEXT -> List.of("health");
      case OLD_TEXT -> List.of("--health");
    };
  }
}
