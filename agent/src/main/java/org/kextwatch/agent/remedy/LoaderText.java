package org.kextwatch.agent.remedy;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.remedy.LoaderText.Statement.About;

/**
 * Splits the output of kextutil into statements, and finds out which kext each is about. Up to
 * macOS 10.15 a line is a statement; from macOS 11 on an error of kmutil has several lines and
 * repeats itself in a UserInfo.
 */
final class LoaderText {
  private static final Pattern CHATTER =
      Pattern.compile(
          "Executing: /.*|Defaulting to kernel file .*|No variant specified, .*"
              + "|(Disabling )?KextAudit.*|Check library declarations for your kext .*");
  private static final Pattern ERROR_OF_KMUTIL = Pattern.compile("Domain=KMErrorDomain Code=");
  private static final String USER_INFO = "UserInfo=";
  private static final int MAX_LENGTH = 4000;

  /** Far more than a loader prints; a statement takes fifty times the memory of a short line. */
  private static final int MAX_LINES = 10_000;

  private static final String DIAGNOSTICS = "Diagnostics for ";
  private static final String KERNEL = "(kernel)";

  /** A bundle identifier or the file name of a kext, but no version, path or process[id]. */
  private static final Pattern SOME_KEXT =
      Pattern.compile(
          "(?<![\\w./-])(?!v\\d)[A-Za-z][\\w-]*+(?:\\.[\\w-]++){2,}+(?!\\[)|[^/\\s]\\.kext(?!\\w)");

  /** The name that macOS gives to a copy of a kext while it stages and checks the copy. */
  static final Pattern COPY =
      Pattern.compile("(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.kext");

  private static final Pattern BUNDLE = Pattern.compile("^Bundle \\((.+)\\) failed to validate");
  private static final Pattern NOT_STAGED = Pattern.compile("^Unable to stage kext \\((.+)\\)");

  private final Pattern ourKext;

  LoaderText(WatchedExtension watched) {
    String file = watched.path().substring(watched.path().lastIndexOf('/') + 1);
    ourKext =
        Pattern.compile(
            "(?<![\\w.-])%s(?![\\w-]|\\.\\w)|(?<![^/\\s\"'(=])(?:%s|%s)(?![\\w-]|\\.\\w)"
                .formatted(
                    Pattern.quote(watched.bundleId()),
                    Pattern.quote(file),
                    Pattern.quote(percentEncoded(file))));
  }

  List<Statement> statements(String output) {
    List<Statement> statements = new ArrayList<>();
    boolean isDiagnosis = false;
    List<String> texts = joined(output).stream().map(LoaderText::bounded).toList();
    Map<String, String> originals = originals(texts);
    for (String text : texts) {
      isDiagnosis = isDiagnosis && !text.startsWith(KERNEL);
      Statement statement = new Statement(about(withOriginals(text, originals), isDiagnosis), text);
      statements.add(statement);
      if (statement.isHeading()) {
        isDiagnosis = statement.about() == About.OURS;
      }
    }
    return statements;
  }

  private static String bounded(String text) {
    int info = text.indexOf(USER_INFO);
    String spoken = info < 0 ? text : text.substring(0, info).stripTrailing();
    return spoken.substring(0, Math.min(spoken.length(), MAX_LENGTH));
  }

  /** The original of each copy, from "Bundle (original) failed to validate, deleting: copy". */
  private static Map<String, String> originals(List<String> texts) {
    Map<String, String> originals = new HashMap<>();
    String lastCopy = "";
    for (String text : texts) {
      Matcher copy = COPY.matcher(text);
      lastCopy = copy.find() ? copy.group() : lastCopy;
      Matcher bundle = BUNDLE.matcher(text);
      Matcher notStaged = NOT_STAGED.matcher(text);
      if (bundle.find()) {
        originals.put(lastCopy, bundle.group(1));
      } else if (notStaged.find()) {
        originals.putIfAbsent(lastCopy, notStaged.group(1));
      }
    }
    return originals;
  }

  /** Replaces each copy by its original; a copy whose original is not known loses its name. */
  private static String withOriginals(String text, Map<String, String> originals) {
    return COPY.matcher(text)
        .replaceAll(copy -> Matcher.quoteReplacement(originals.getOrDefault(copy.group(), "")));
  }

  /** What follows the heading of our kext's diagnostics is about ours, unless it names another. */
  private About about(String text, boolean isDiagnosis) {
    if (ourKext.matcher(text).find()) {
      return About.OURS;
    }
    if (SOME_KEXT.matcher(text).find()) {
      return About.OTHERS;
    }
    return isDiagnosis ? About.OURS : About.NO_KEXT;
  }

  /** The output without chatter, and with each error of kmutil on one line. */
  private static List<String> joined(String output) {
    List<String> texts = new ArrayList<>();
    StringBuilder error = new StringBuilder();
    for (String line : output.lines().limit(MAX_LINES).map(String::strip).toList()) {
      boolean isChatter = line.isEmpty() || CHATTER.matcher(line).matches();
      boolean isError = ERROR_OF_KMUTIL.matcher(line).find();
      if (isError && !error.isEmpty()) {
        texts.add(error.toString());
        error.setLength(0);
      }
      if (isError || (!error.isEmpty() && !isChatter)) {
        error.append(error.isEmpty() ? "" : " ").append(line);
      } else if (!isChatter) {
        texts.add(line);
      }
    }
    if (!error.isEmpty()) {
      texts.add(error.toString());
    }
    return texts;
  }

  /** As in a URL of kextutil's output: {@code Application%20Support}. */
  private static String percentEncoded(String file) {
    try {
      return new URI(null, null, "/" + file, null).toASCIIString().substring(1);
    } catch (URISyntaxException e) {
      return file;
    }
  }

  /** One statement of a loader, on one line. */
  record Statement(About about, String text) {

    /** Whether it is only the heading of a diagnosis. */
    boolean isHeading() {
      return text.startsWith(DIAGNOSTICS);
    }

    /** Which kexts it names. */
    enum About {
      /** Our kext, perhaps among others. */
      OURS,
      /** Other kexts only. */
      OTHERS,
      /** None. */
      NO_KEXT
    }
  }
}
