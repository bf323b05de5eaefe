/**
 * The model of a Mac's status, how it is judged and how two are compared. Pure: it uses no clock,
 * no file and no process.
 */
@NullMarked
package org.kextwatch.agent.status;

import org.jspecify.annotations.NullMarked;
