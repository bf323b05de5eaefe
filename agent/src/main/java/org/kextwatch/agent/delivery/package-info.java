/** Which event goes next, retries, refused events, heartbeats, splay: the delivery thread. */
@NullMarked
package org.kextwatch.agent.delivery;

import org.jspecify.annotations.NullMarked;
