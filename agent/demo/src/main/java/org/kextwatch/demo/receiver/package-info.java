/**
 * A webhook receiver that verifies signatures: for the demo, for tests, and to try webhooks out.
 */
@NullMarked
package org.kextwatch.demo.receiver;

import org.jspecify.annotations.NullMarked;
