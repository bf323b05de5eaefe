/**
 * The words of the product, and how they are judged and compared. Pure: no clock, file, process.
 */
@NullMarked
package org.kextwatch.agent.status;

import org.jspecify.annotations.NullMarked;
