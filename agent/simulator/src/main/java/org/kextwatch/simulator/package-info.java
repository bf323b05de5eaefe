/**
 * A Mac that is a folder: tools that print what real ones were recorded to print, and real
 * databases.
 */
@NullMarked
package org.kextwatch.simulator;

import org.jspecify.annotations.NullMarked;
