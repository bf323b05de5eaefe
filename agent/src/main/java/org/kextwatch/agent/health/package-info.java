/** Asks Defender for its health and parses the answer of every version. */
@NullMarked
package org.kextwatch.agent.health;

import org.jspecify.annotations.NullMarked;
