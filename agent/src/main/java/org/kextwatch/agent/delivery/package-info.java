/**
 * Chooses the next event, retries, sets rejected events aside, sends heartbeats, splays a fleet.
 */
@NullMarked
package org.kextwatch.agent.delivery;

import org.jspecify.annotations.NullMarked;
