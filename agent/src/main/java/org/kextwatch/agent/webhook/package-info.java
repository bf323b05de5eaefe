/** One request to the endpoint: settings, TLS, proxy, signature, the result and its diagnosis. */
@NullMarked
package org.kextwatch.agent.webhook;

import org.jspecify.annotations.NullMarked;
