package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/**
 * One row of the Mac's system extensions.
 *
 * @param version short version, {@code null} if not told
 * @param state macOS' own word with underscores, such as {@code activated_enabled}; unknown words
 *     are kept
 */
public record SystemExtension(String bundleId, @Nullable String version, String state) {}
