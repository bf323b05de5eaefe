/** The Mac as files and tools: paths, programs that may be run, plists, clocks, the log. */
@NullMarked
package org.kextwatch.agent.mac;

import org.jspecify.annotations.NullMarked;
