/** Reads the evidence of the extension's approval, and derives its state. */
@NullMarked
package org.kextwatch.agent.approval;

import org.jspecify.annotations.NullMarked;
