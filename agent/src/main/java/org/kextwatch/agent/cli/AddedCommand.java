package org.kextwatch.agent.cli;

import java.util.concurrent.Callable;

/** A command that another module adds, found by {@link java.util.ServiceLoader}. */
public interface AddedCommand extends Callable<Integer> {}
