/** The Mac as files and tools. */
@NullMarked
package org.kextwatch.agent.mac;

import org.jspecify.annotations.NullMarked;
