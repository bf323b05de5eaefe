/** A simulated Mac and its story. */
@NullMarked
package org.kextwatch.demo;

import org.jspecify.annotations.NullMarked;
