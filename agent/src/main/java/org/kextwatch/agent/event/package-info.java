/** What is told: event types, their bodies and schemas, and the one JSON codec. */
@NullMarked
package org.kextwatch.agent.event;

import org.jspecify.annotations.NullMarked;
