/** Events, their JSON and signature, the spool that keeps them, the delivery that empties it. */
@NullMarked
package org.kextwatch.agent.report;

import org.jspecify.annotations.NullMarked;
