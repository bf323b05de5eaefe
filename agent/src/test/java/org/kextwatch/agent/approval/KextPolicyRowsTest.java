package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.status.Grant;

final class KextPolicyRowsTest extends KextPolicyTest {
  private static final Pattern CSV = Pattern.compile("\"([^\"]*)\"|([^,]*)");

  @ParameterizedTest
  @ValueSource(strings = {"10.13", "10.14", "10.15", "11", "12", "13", "14", "15"})
  void everySchemaOfEveryMacOsIsRead(String macOs) throws Exception {
    create(macOs);
    assertEquals(Grant.NONE, read().grant());
    assertEquals("kext_policy has no row", read().evidence());
    SqliteWriter.run(database, APPROVE);
    assertEquals(Grant.USER, read().grant());
    assertEquals("kext_policy allows it (user)", read().evidence());
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.13", "10.14", "15"})
  void everyRecordedApprovalWithATeamIsAGrantWhateverItsFlags(String macOs) throws Exception {
    List<List<String>> recorded = recorded("kextpolicy-rows-kext_policy.csv");
    create(macOs, inserts("INSERT OR REPLACE INTO kext_policy VALUES", recorded, 1, 6));
    assertEquals(24, recorded.size());
    for (List<String> row : recorded) {
      WatchedExtension watched = new WatchedExtension("/x.kext", row.get(2), row.get(1));
      assertEquals(Grant.USER, read(watched).grant(), row.toString());
    }
    assertEquals(Grant.NONE, read().grant());
  }

  @Test
  void anApprovalWithoutTeamIsNotOneForATeam() throws Exception {
    create("10.14", "INSERT INTO kext_policy VALUES('','com.rugarciap.DisableTurboBoost',1,'L',1)");
    WatchedExtension signed =
        new WatchedExtension("/x.kext", "com.rugarciap.DisableTurboBoost", "UBF8T346G9");
    assertEquals(Grant.NONE, read(signed).grant());
  }

  @Test
  void anApprovalOfAnotherKextOfTheTeamIsNotOurs() throws Exception {
    create("10.14", "INSERT INTO kext_policy VALUES('UBF8T346G9','com.microsoft.other',1,'M',1)");
    assertEquals(Grant.NONE, read().grant());
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.13", "10.14", "11"})
  void rowsOfTheLoadHistoryAreNoApproval(String macOs) throws Exception {
    List<List<String>> recorded = recorded("kextpolicy-rows-kext_load_history_v3.csv");
    int columns = macOs.equals("10.13") ? 8 : 9;
    create(
        macOs,
        inserts("INSERT OR REPLACE INTO kext_load_history_v3 VALUES", recorded, 1, columns),
        "INSERT INTO kext_load_history_v3(path, team_id, bundle_id, flags) VALUES"
            + "('/Library/Extensions/wdavkext.kext',"
            + OURS
            + ",53)");
    assertEquals(Grant.NONE, read().grant());
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        // user's row | MDM's bundle, its row | grant | evidence
        "0 | - | - | LISTED_NOT_ALLOWED | kext_policy lists it as not allowed",
        "NULL | - | - | LISTED_NOT_ALLOWED | kext_policy lists it as not allowed",
        "1 | - | - | USER | kext_policy allows it (user)",
        "- | 'com.microsoft.wdavkext' | 1 | MDM | kext_policy_mdm allows it (MDM)",
        "- | '' | 1 | MDM | kext_policy_mdm allows its team (MDM)",
        "- | NULL | 1 | MDM | kext_policy_mdm allows its team (MDM)",
        "0 | NULL | 1 | MDM | kext_policy_mdm allows its team (MDM)",
        "- | 'com.microsoft.wdavkext' | 0 | LISTED_NOT_ALLOWED"
            + " | kext_policy_mdm lists it as not allowed",
        "1 | NULL | 1 | USER_AND_MDM | kext_policy and kext_policy_mdm allow it (user and MDM)",
        "1 | NULL | 0 | USER | kext_policy allows it (user)",
        "- | 'com.microsoft.other' | 1 | NONE"
            + " | kext_policy has no row, kext_policy_mdm only rows for others",
        "- | - | - | NONE | kext_policy has no row",
      })
  void rowsOfUserAndMdmMakeTheGrant(
      String user, String mdmBundle, String mdm, Grant grant, String evidence) throws Exception {
    create("10.15");
    if (user != null) {
      SqliteWriter.run(
          database, "INSERT INTO kext_policy VALUES(%s,%s,'Microsoft',0)".formatted(OURS, user));
    }
    if (mdm != null) {
      String values = "('UBF8T346G9',%s,%s,'5B1B...')".formatted(mdmBundle, mdm);
      SqliteWriter.run(database, "INSERT INTO kext_policy_mdm VALUES" + values);
    }
    assertEquals(grant, read().grant());
    assertEquals(evidence, read().evidence());
  }

  @Test
  void anMdmsRowForAnotherTeamIsForOthers() throws Exception {
    create("10.15", "INSERT INTO kext_policy_mdm VALUES('EG7KH642X6',NULL,1,'x')");
    PolicyResult.PolicyRows rows = (PolicyResult.PolicyRows) read();
    assertTrue(rows.mdmHasOthers());
    assertTrue(rows.mdm().isEmpty());
  }

  @Test
  void aDatabaseWithoutTheTableOfTheMdmIsRead() throws Exception {
    create("10.14", APPROVE, "DROP TABLE kext_policy_mdm");
    assertEquals(Grant.USER, read().grant());
    SqliteWriter.run(database, "DELETE FROM kext_policy");
    assertEquals(Grant.NONE, read().grant());
    assertFalse(((PolicyResult.PolicyRows) read()).mdmHasOthers());
  }

  @Test
  void aDatabaseWithoutTheTableOfTheUserIsNotRead() throws Exception {
    create("10.14", "DROP TABLE kext_policy");
    assertUnreadable("no such table: kext_policy");
    SqliteWriter.run(database, "DROP TABLE kext_policy_mdm");
    assertUnreadable("no such table: kext_policy");
  }

  @Test
  void namesWithSeparatorsAreReadCorrectly() throws Exception {
    create(
        "10.14",
        "INSERT INTO kext_policy VALUES(NULL,NULL,NULL,NULL,NULL)",
        "INSERT INTO kext_policy VALUES('a''b|c,d','x' || char(10) || 'end',1,'\"; DROP',1)",
        "INSERT INTO kext_policy VALUES(char(30) || char(31) || char(13),char(0),1,'é',1)",
        "INSERT INTO kext_policy VALUES(X'ff00fe',X'80','yes',NULL,1)",
        "INSERT INTO kext_policy_mdm VALUES(NULL,NULL,1,'end')",
        APPROVE);
    assertEquals(Grant.USER, read().grant());
    WatchedExtension odd = new WatchedExtension("/x.kext", "x\nend", "a'b|c,d");
    assertEquals(Grant.USER, read(odd).grant());
  }

  @Test
  void truncatedOutputIsNotTakenForAllRows() throws Exception {
    create(
        "10.14",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) INSERT"
            + " INTO kext_policy SELECT 'TEAM' || i, 'com.example.kext' || i, 1, '', 0 FROM n");
    assertUnreadable("sqlite3 gave no complete answer");
  }

  private static List<List<String>> recorded(String name) {
    return Recordings.kext(name).lines().skip(1).map(KextPolicyRowsTest::columns).toList();
  }

  private static List<String> columns(String line) {
    List<String> columns = new ArrayList<>();
    Matcher column = CSV.matcher(line);
    int at = 0;
    while (at <= line.length() && column.find(at)) {
      columns.add(column.group(1) == null ? column.group(2) : column.group(1));
      at = column.end() + 1;
    }
    return columns;
  }

  private static String inserts(String into, List<List<String>> rows, int from, int to) {
    StringBuilder sql = new StringBuilder();
    for (List<String> row : rows) {
      List<String> values =
          row.subList(from, to).stream().map(v -> "'" + v.replace("'", "''") + "'").toList();
      sql.append(into).append('(').append(String.join(",", values)).append(");");
    }
    return sql.toString();
  }
}
