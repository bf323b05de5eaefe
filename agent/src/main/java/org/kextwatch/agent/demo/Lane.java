package org.kextwatch.agent.demo;

/** Who does something in the story, each in a column of their own. */
public enum Lane {
  MAC("The Mac", "\u001b[36m"),
  KEXTWATCH("Kextwatch", "\u001b[35m"),
  OPERATOR("The operator", "\u001b[33m");

  private final String title;
  private final String colour;

  Lane(String title, String colour) {
    this.title = title;
    this.colour = colour;
  }

  String title() {
    return title;
  }

  /** The ANSI sequence that switches it on. */
  String colour() {
    return colour;
  }
}
