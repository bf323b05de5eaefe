/** A webhook receiver that verifies: for people who try, for the demo and for tests. */
@NullMarked
package org.kextwatch.agent.receiver;

import org.jspecify.annotations.NullMarked;
