package org.kextwatch.agent.badhouse;

/** A class in no room, so that a test can see that this is found. */
public final class Homeless {}
