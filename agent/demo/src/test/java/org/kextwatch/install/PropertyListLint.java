package org.kextwatch.install;

import com.dd.plist.NSArray;
import com.dd.plist.NSDictionary;
import com.dd.plist.NSNumber;
import com.dd.plist.NSObject;
import com.dd.plist.NSString;
import com.dd.plist.PropertyListParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.kextwatch.agent.Script;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.helpers.DefaultHandler;

/** Finds what parsers of property lists let pass: unknown tags, duplicate and misspelt keys. */
final class PropertyListLint {
  /** The payload of our own settings. */
  private static final String SETTINGS = "org.kextwatch.agent";

  private static final Set<String> VALUES =
      Set.of("dict", "array", "string", "integer", "true", "false");

  /** A key of a table: its type in the words of the table, and whether it must be there. */
  record KnownKey(String type, boolean required) {}

  final List<String> complaints = new ArrayList<>();

  /** Parses it strictly: as XML, as the tags allow, and by the library; empty after a complaint. */
  NSDictionary parse(String text) throws Exception {
    DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    builder.setErrorHandler(new DefaultHandler()); // throws what is fatal, prints nothing
    builder.setEntityResolver((name, address) -> new InputSource(new StringReader("")));
    Element plist =
        builder
            .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    List<Element> top = elements(plist);
    if (!plist.getTagName().equals("plist") || top.size() != 1) {
      complaints.add("not one value in plist");
    }
    top.forEach(this::checkValue);
    return complaints.isEmpty()
        ? (NSDictionary) PropertyListParser.parse(text.getBytes(StandardCharsets.UTF_8))
        : new NSDictionary();
  }

  private void checkValue(Element value) {
    switch (value.getTagName()) {
      case "dict" -> checkDictionary(elements(value));
      case "array" -> elements(value).forEach(this::checkValue);
      case "integer" -> complain(!value.getTextContent().matches("-?\\d+"), "no integer", value);
      case "true", "false" -> complain(value.hasChildNodes(), "not empty", value);
      default -> complain(!VALUES.contains(value.getTagName()), "unknown tag", value);
    }
  }

  private void checkDictionary(List<Element> members) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < members.size(); i++) {
      Element member = members.get(i);
      if (i % 2 == 1) {
        checkValue(member);
      } else {
        complain(!member.getTagName().equals("key"), "no key", member);
        complain(!seen.add(member.getTextContent()), "duplicate key", member);
      }
    }
    if (members.size() % 2 == 1) {
      complaints.add("key without a value");
    }
  }

  /** Every key of a dictionary is in the table, and has its type. */
  void check(NSDictionary dictionary, Map<String, KnownKey> known) {
    for (String key : dictionary.allKeys()) {
      if (!known.containsKey(key)) {
        complaints.add("unknown key " + key);
      } else if (!isOfType(known.get(key).type(), dictionary.get(key))) {
        complaints.add(key + " is no " + known.get(key).type());
      }
    }
    known.forEach(
        (key, type) -> {
          if (type.required() && !dictionary.containsKey(key)) {
            complaints.add("missing key " + key);
          }
        });
  }

  private static boolean isOfType(String type, NSObject value) {
    for (String choice : type.split(" or ", -1)) {
      if (isOfOneType(choice, value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfOneType(String type, NSObject value) {
    return switch (type) {
      case "string" -> value instanceof NSString;
      case "boolean" -> value instanceof NSNumber number && number.isBoolean();
      case "integer" -> value instanceof NSNumber number && number.isInteger();
      case "dictionary of stuff" -> value instanceof NSDictionary;
      case "array of strings" -> isArrayOf(NSString.class::isInstance, value);
      case "array of dictionaries" -> isArrayOf(NSDictionary.class::isInstance, value);
      case "dictionary of arrays of strings" ->
          value instanceof NSDictionary map
              && map.getHashMap().values().stream()
                  .allMatch(member -> isArrayOf(NSString.class::isInstance, member));
      default -> false; // what none of our lists holds
    };
  }

  private static boolean isArrayOf(Predicate<NSObject> member, NSObject value) {
    return value instanceof NSArray array && List.of(array.getArray()).stream().allMatch(member);
  }

  /** The rows of a table with the keys of each parent; the column of the parent is given. */
  static Map<String, Map<String, KnownKey>> table(String name, int parent) throws IOException {
    Path file = Script.AGENT.resolve("demo/src/test/resources/launchd").resolve(name);
    Map<String, Map<String, KnownKey>> table = new HashMap<>();
    for (String row : Files.readAllLines(file)) {
      if (!row.startsWith("#")) {
        String[] cells = row.split("\t", -1);
        int key = parent == 0 ? 1 : 0;
        boolean required = parent == 0 && cells.length > 3 && cells[3].equals("r");
        table
            .computeIfAbsent(cells[parent], any -> new HashMap<>())
            .put(cells[key], new KnownKey(cells[key + 1], required));
      }
    }
    return table;
  }

  private void complain(boolean wrong, String what, Element element) {
    if (wrong) {
      complaints.add(
          (what + " " + element.getTagName() + " " + element.getTextContent().strip()).strip());
    }
  }

  private static List<Element> elements(Element parent) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        found.add(element);
      }
    }
    return found;
  }

  static List<String> complaintsOfJob(String text) throws Exception {
    PropertyListLint lint = new PropertyListLint();
    NSDictionary job = lint.parse(text);
    if (!lint.complaints.isEmpty()) {
      return lint.complaints;
    }
    Map<String, Map<String, KnownKey>> table = table("launchd-keys.tsv", 2);
    lint.check(job, table.get(""));
    return lint.complaints;
  }

  static List<String> complaintsOfProfile(String text) throws Exception {
    PropertyListLint lint = new PropertyListLint();
    NSDictionary profile = lint.parse(text);
    if (!lint.complaints.isEmpty()) {
      return lint.complaints;
    }
    Map<String, Map<String, KnownKey>> table = table("payload-keys.tsv", 0);
    lint.check(profile, keys(table, "Configuration"));
    for (NSDictionary payload : payloads(profile)) {
      String type = payload.get("PayloadType").toString();
      if (table.containsKey(type)) {
        lint.check(payload, keys(table, type));
        checkRules(lint, payload, table);
        checkAccess(lint, payload, table);
        checkTeams(lint, payload);
      } else if (!type.equals(SETTINGS)) {
        lint.complaints.add("unknown payload " + type);
      }
    }
    return lint.complaints;
  }

  private static Map<String, KnownKey> keys(
      Map<String, Map<String, KnownKey>> table, String payload) {
    Map<String, KnownKey> keys = new HashMap<>(table.get("*"));
    keys.putAll(table.get(payload));
    return keys;
  }

  private static void checkRules(
      PropertyListLint lint, NSDictionary payload, Map<String, Map<String, KnownKey>> table) {
    if (payload.get("Rules") instanceof NSArray rules) {
      for (NSObject rule : rules.getArray()) {
        lint.check((NSDictionary) rule, table.get("com.apple.servicemanagement.Rules"));
        String type = String.valueOf(((NSDictionary) rule).get("RuleType"));
        if (!type.matches("(BundleIdentifier|Label)(Prefix)?|TeamIdentifier")) {
          lint.complaints.add("no RuleType of Apple's: " + type);
        }
      }
    }
  }

  /** Whom a profile of privacy preferences gives which access. */
  private static void checkAccess(
      PropertyListLint lint, NSDictionary payload, Map<String, Map<String, KnownKey>> table) {
    if (payload.get("Services") instanceof NSDictionary services) {
      String type = payload.get("PayloadType").toString();
      lint.check(services, table.get(type + ".Services"));
      for (NSObject service : services.getHashMap().values()) {
        for (NSObject identity : ((NSArray) service).getArray()) {
          lint.check((NSDictionary) identity, table.get(type + ".Identity"));
        }
      }
    }
  }

  /** Apple: "Error if a team is in both AllowedTeamIdentifiers and AllowedSystemExtensions". */
  private static void checkTeams(PropertyListLint lint, NSDictionary payload) {
    if (payload.get("AllowedTeamIdentifiers") instanceof NSArray teams
        && payload.get("AllowedSystemExtensions") instanceof NSDictionary extensions) {
      for (NSObject team : teams.getArray()) {
        if (extensions.containsKey(team.toString())) {
          lint.complaints.add("a team both as a whole and by extension: " + team);
        }
      }
    }
  }

  static List<NSDictionary> payloads(NSDictionary profile) {
    List<NSDictionary> payloads = new ArrayList<>();
    for (NSObject payload : ((NSArray) profile.get("PayloadContent")).getArray()) {
      payloads.add((NSDictionary) payload);
    }
    return payloads;
  }
}
