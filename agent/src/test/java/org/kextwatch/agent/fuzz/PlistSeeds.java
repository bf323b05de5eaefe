package org.kextwatch.agent.fuzz;

import com.dd.plist.BinaryPropertyListWriter;
import com.dd.plist.NSArray;
import com.dd.plist.NSDictionary;
import com.dd.plist.NSObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Property lists as macOS and MDMs write them, XML and binary, and two that are made to hurt. */
public final class PlistSeeds {
  private static final List<Map<String, Object>> PLAIN =
      List.of(
          Map.of(
              "AllowUserOverrides",
              true,
              "AllowedTeamIdentifiers",
              List.of("UBF8T346G9"),
              "AllowedKernelExtensions",
              Map.of("UBF8T346G9", List.of("com.microsoft.wdavkext")),
              "AllowedSystemExtensions",
              Map.of("UBF8T346G9", List.of("com.microsoft.wdav.epsext")),
              "AllowedSystemExtensionTypes",
              Map.of("UBF8T346G9", List.of("EndpointSecurityExtension"))),
          Map.of(
              "extensions",
              List.of(row("com.microsoft.wdav.epsext"), row("com.microsoft.wdav.netext")),
              "extensionPolicies",
              List.of(Map.of("allowedTeamIdentifiers", List.of("UBF8T346G9")))),
          Map.of(
              "endpoint",
              "https://fleet.example.com/hooks",
              "healthIntervalSeconds",
              300,
              "spool",
              Map.of("maxEvents", 100.0),
              "labels",
              Map.of("site", "Berlin"),
              "renewPrompt",
              false),
          Map.of("ProductVersion", "10.14.6", "ProductBuildVersion", "18G9323"));

  private PlistSeeds() {}

  private static Map<String, Object> row(String bundle) {
    return Map.of(
        "identifier",
        bundle,
        "teamID",
        "UBF8T346G9",
        "state",
        "activated_enabled",
        "bundleVersion",
        Map.of("CFBundleShortVersionString", "101.25", "CFBundleVersion", "1"));
  }

  public static List<byte[]> all() {
    List<byte[]> seeds = new ArrayList<>();
    for (Map<String, Object> plain : PLAIN) {
      NSObject dictionary = NSObject.fromJavaObject(sorted(plain));
      seeds.add(xml(dictionary));
      seeds.add(binary(dictionary));
    }
    seeds.add(doubling(28));
    seeds.add(deep(2_000));
    return seeds;
  }

  /** These and one more, in both forms. */
  public static List<byte[]> with(Map<String, Object> plain) {
    NSObject dictionary = NSObject.fromJavaObject(sorted(plain));
    List<byte[]> seeds = new ArrayList<>(List.of(xml(dictionary), binary(dictionary)));
    seeds.addAll(all());
    return seeds;
  }

  /** Always in one order, so that the seeds are always the same. */
  private static Object sorted(Object plain) {
    if (plain instanceof List<?> list) {
      return list.stream().map(PlistSeeds::sorted).toList();
    }
    if (!(plain instanceof Map<?, ?> map)) {
      return plain;
    }
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(String.valueOf(key), sorted(value)));
    return sorted;
  }

  private static byte[] xml(NSObject object) {
    return object.toXMLPropertyList().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] binary(NSObject object) {
    try {
      return BinaryPropertyListWriter.writeToArray(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A small file that stands for 2^n values: each list holds the next one twice. Written by hand,
   * because no writer does that.
   */
  private static byte[] doubling(int lists) {
    List<byte[]> objects = new ArrayList<>();
    for (int i = 0; i < lists; i++) {
      objects.add(new byte[] {(byte) 0xa2, (byte) (i + 3), (byte) (i + 3)});
    }
    objects.add(new byte[] {(byte) 0xa0});
    return objects(objects);
  }

  /** As that which stands for 2^n values, with them as a key. */
  static byte[] hugeKey(int lists) {
    byte[] file = doubling(lists);
    file[9] = 2;
    file[10] = 1;
    return file;
  }

  /** The same with a number of objects that is below 0, but not in the last four bytes. */
  static byte[] hiddenKey(int lists) {
    byte[] file = hugeKey(lists);
    file[file.length - 24] = (byte) 0x80;
    return file;
  }

  /** One row of Defender's so many times: binary, a byte for each. */
  static byte[] sameRow(int times) {
    NSObject row = NSObject.fromJavaObject(sorted(row("com.microsoft.wdav.epsext")));
    NSArray rows = new NSArray(times);
    for (int i = 0; i < times; i++) {
      rows.setValue(i, row);
    }
    NSDictionary database = new NSDictionary();
    database.put("extensions", rows);
    database.put("extensionPolicies", rows);
    return binary(database);
  }

  /** An ordered set of lists, which Java's sets cannot hold. */
  static byte[] set() {
    return objects(
        List.of(
            new byte[] {(byte) 0xb2, 3, 4}, new byte[] {(byte) 0xa0}, new byte[] {(byte) 0xa1, 1}));
  }

  /** A binary property list: a dictionary with one key, and these objects from number 2 on. */
  private static byte[] objects(List<byte[]> objects) {
    List<byte[]> all = new ArrayList<>();
    all.add(new byte[] {(byte) 0xd1, 1, 2});
    all.add(new byte[] {0x51, 'a'});
    all.addAll(objects);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes("bplist00".getBytes(StandardCharsets.US_ASCII));
    ByteArrayOutputStream offsets = new ByteArrayOutputStream();
    for (byte[] object : all) {
      offsets.write(file.size());
      file.writeBytes(object);
    }
    int table = file.size();
    file.writeBytes(offsets.toByteArray());
    ByteBuffer trailer = ByteBuffer.allocate(32).put(6, (byte) 1).put(7, (byte) 1);
    file.writeBytes(trailer.putLong(8, all.size()).putLong(24, table).array());
    return file.toByteArray();
  }

  private static byte[] deep(int lists) {
    String text = "<array>".repeat(lists) + "</array>".repeat(lists);
    return ("<plist version=\"1.0\"><dict><key>a</key>" + text + "</dict></plist>")
        .getBytes(StandardCharsets.UTF_8);
  }
}
