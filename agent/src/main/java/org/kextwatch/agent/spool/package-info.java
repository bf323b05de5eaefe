/** Events on disk until they are delivered: the outbox. */
@NullMarked
package org.kextwatch.agent.spool;

import org.jspecify.annotations.NullMarked;
