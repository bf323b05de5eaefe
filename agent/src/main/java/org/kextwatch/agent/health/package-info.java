/** Asks Defender for its health and reads every form in which it ever answered. */
@NullMarked
package org.kextwatch.agent.health;

import org.jspecify.annotations.NullMarked;
