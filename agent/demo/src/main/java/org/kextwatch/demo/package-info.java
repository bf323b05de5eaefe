/** The commands {@code demo} and {@code receive}. */
@NullMarked
package org.kextwatch.demo;

import org.jspecify.annotations.NullMarked;
