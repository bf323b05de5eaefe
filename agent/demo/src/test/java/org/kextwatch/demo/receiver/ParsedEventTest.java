package org.kextwatch.demo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParsedEventTest {
  private static final String MINIMAL =
      "{'specversion':'1.0','id':'evt_1','source':'urn:uuid:1','type':'t'%s}";

  private static Optional<ParsedEvent> parse(String json) {
    return ParsedEvent.parse(json.replace('\'', '"'));
  }

  @Test
  void membersAreRead() {
    assertEquals(
        Optional.of(
            new ParsedEvent(
                "evt_1",
                "t",
                "0c7f",
                42L,
                "C02",
                "It is well.",
                Map.of("status", Map.of("schema", 1.0)))),
        parse(
            MINIMAL.formatted(
                ",'streamid':'0c7f','sequence':'0000000000000042','subject':'C02',"
                    + "'text':'It is well.','data':{'status':{'schema':1}},'later':[null]")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",'sequence':42",
        ",'sequence':'42'",
        ",'sequence':'-000000000000042','streamid':7",
        ",'sequence':null,'streamid':null,'subject':[],'text':{}",
        ",'sequence':'00000000000000420'",
        ",'data':[]",
      })
  void whatIsMissingOrOddIsNull(String members) {
    assertEquals(
        Optional.of(new ParsedEvent("evt_1", "t", null, null, null, null, Map.of())),
        parse(MINIMAL.formatted(members)));
  }

  @Test
  void aValueOfTheDataIsFoundByItsPath() {
    ParsedEvent event = parse(MINIMAL.formatted(",'data':{'a':{'b':'c'}}")).orElseThrow();
    assertEquals("c", event.data("a", "b"));
    assertNull(event.data("a", "x"));
    assertNull(event.data("a", "b", "c"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "7",
        "hello",
        "[]",
        "{}",
        "{'specversion':'1.0','id':'evt_1','source':'urn:uuid:1'}",
        "{'specversion':'1.0','id':'evt_1','type':'t'}",
        "{'specversion':'1.0','source':'urn:uuid:1','type':'t'}",
        "{'specversion':'0.3','id':'evt_1','source':'urn:uuid:1','type':'t'}",
        "{'specversion':1.0,'id':'evt_1','source':'urn:uuid:1','type':'t'}",
        "{'specversion':'1.0','id':5,'source':'urn:uuid:1','type':'t'}",
        "{'specversion':'1.0','id':'evt_1','source':'urn:uuid:1','type':'t'",
        "{'specversion':'1.0','id':'evt_1','source':'urn:uuid:1','type':'t'} more",
        "{'specversion':'1.0','id':'evt_1','id':'evt_2','source':'urn:uuid:1','type':'t'}",
      })
  void whatIsNoEventIsNone(String json) {
    assertEquals(Optional.empty(), parse(json));
  }

  @Test
  void noDepthBreaksIt() {
    assertEquals(Optional.empty(), ParsedEvent.parse("[".repeat(500_000)));
  }
}
