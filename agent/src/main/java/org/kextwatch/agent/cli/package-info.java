/** The command line. */
@NullMarked
package org.kextwatch.agent.cli;

import org.jspecify.annotations.NullMarked;
