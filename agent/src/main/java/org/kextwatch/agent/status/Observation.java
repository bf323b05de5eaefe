package org.kextwatch.agent.status;

import java.time.Instant;

/** Everything one look at the Mac has shown. */
public record Observation(Instant at, Device device, Health health, Extension extension) {}
