package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.NodeTool;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * What the form of Jamf Pro stores. Jamf builds it with an editor of this family; which version is
 * not known, so both generations are tried. Needs Node.js, npm, and its registry.
 */
@Tag("soak")
class JamfFormIT {
  private static NodeTool form;

  @BeforeAll
  static void bringTheEditors(@TempDir Path folder) throws Exception {
    form = NodeTool.bring(Script.AGENT.resolve("src/test/form"), "form.cjs", folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        " | {} | ",
        "{'confirmSeconds':0,'renewPrompt':false,'spool':{'maxEvents':10}} | | ",
        "{'heartbeatIntervalSeconds':0,'labels':{'site':'Berlin'}} | | ",
        "{'heartbeatIntervalSeconds':5}   | | root.heartbeatIntervalSeconds",
        "{'endpoint':'http://example.com'} | | root.endpoint",
        "{'extension':{'teamId':'x'}}     | | root.extension.teamId",
        "{'spool':{'other':1},'other':1}  | {'spool':{}} | ",
      })
  void theFormStoresWhatIsEnteredAndNothingElse(String entered, String stored, String complaint)
      throws Exception {
    for (String editor : List.of("json-editor", "@json-editor/json-editor")) {
      Path schema = Script.REPOSITORY.resolve(JamfSchema.file());
      String value = entered == null ? "" : json(entered);
      Ended ended = form.run(editor, schema, value);
      Map<?, ?> answer = (Map<?, ?>) Schemas.parse(ended.out());
      String expected = stored == null ? value : json(stored);
      assertEquals(Schemas.parse(expected), answer.get("stores"), editor);
      assertEquals(
          complaint == null ? List.of() : List.of(complaint), answer.get("complaints"), editor);
    }
  }

  private static String json(String quoted) {
    return quoted.replace('\'', '"');
  }
}
