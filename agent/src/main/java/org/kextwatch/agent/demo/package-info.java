/** A simulated Mac and its story. */
@NullMarked
package org.kextwatch.agent.demo;

import org.jspecify.annotations.NullMarked;
