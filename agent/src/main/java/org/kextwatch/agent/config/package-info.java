/**
 * The settings: {@link org.kextwatch.agent.config.Keys} lists them, {@link
 * org.kextwatch.agent.config.SettingsReader} reads the files, {@link
 * org.kextwatch.agent.config.EffectiveSettings} decides which values are in force.
 */
@NullMarked
package org.kextwatch.agent.config;

import org.jspecify.annotations.NullMarked;
