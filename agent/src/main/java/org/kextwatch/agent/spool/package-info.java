/** Events on disk until they are delivered. */
@NullMarked
package org.kextwatch.agent.spool;

import org.jspecify.annotations.NullMarked;
