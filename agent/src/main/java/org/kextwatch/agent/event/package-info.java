/** Event types, their bodies and schemas, and the JSON codec. */
@NullMarked
package org.kextwatch.agent.event;

import org.jspecify.annotations.NullMarked;
