/** One request to the endpoint: TLS, proxy, secret and signature, and what came of it. */
@NullMarked
package org.kextwatch.agent.webhook;

import org.jspecify.annotations.NullMarked;
