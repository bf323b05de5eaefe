package org.kextwatch.demo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventMembersTest {
  private static final String MINIMAL =
      "{'specversion':'1.0','id':'evt_1','source':'urn:uuid:1','type':'t'%s}";

  private static Optional<EventMembers> parse(String json) {
    return EventMembers.parse(json.replace('\'', '"'));
  }

  @Test
  void membersAreRead() {
    assertEquals(
        Optional.of(new EventMembers("evt_1", "t", "0c7f", 42L, "C02", "It is well.")),
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
      })
  void whatIsMissingOrOddIsNull(String members) {
    assertEquals(
        Optional.of(new EventMembers("evt_1", "t", null, null, null, null)),
        parse(MINIMAL.formatted(members)));
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
    assertEquals(Optional.empty(), EventMembers.parse("[".repeat(500_000)));
  }
}
