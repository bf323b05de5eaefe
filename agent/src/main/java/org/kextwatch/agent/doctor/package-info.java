/** Each precondition as a check, and the support archive. */
@NullMarked
package org.kextwatch.agent.doctor;

import org.jspecify.annotations.NullMarked;
