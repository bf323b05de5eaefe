/** A webhook receiver that verifies: for people who try, for the demo and for tests. */
@NullMarked
package org.kextwatch.demo.receiver;

import org.jspecify.annotations.NullMarked;
