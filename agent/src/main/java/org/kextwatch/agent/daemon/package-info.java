/** The cycle, its schedule and its state; puts the rooms together. */
@NullMarked
package org.kextwatch.agent.daemon;

import org.jspecify.annotations.NullMarked;
