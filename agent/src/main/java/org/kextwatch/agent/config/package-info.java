/** Settings: what the operator wants, where it came from, and what was wrong with it. */
@NullMarked
package org.kextwatch.agent.config;

import org.jspecify.annotations.NullMarked;
