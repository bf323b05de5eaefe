/** Decides whether the loader runs, runs it, and understands what it says. */
@NullMarked
package org.kextwatch.agent.remedy;

import org.jspecify.annotations.NullMarked;
