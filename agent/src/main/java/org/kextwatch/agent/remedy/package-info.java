/** Decides whether the loader runs, runs it, and classifies the outcome. */
@NullMarked
package org.kextwatch.agent.remedy;

import org.jspecify.annotations.NullMarked;
