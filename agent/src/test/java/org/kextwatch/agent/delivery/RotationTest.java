package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.webhook.WebhookRig;
import org.kextwatch.agent.webhook.WebhookSecret;
import org.kextwatch.agent.webhook.WebhookSignature;

/** Secrets and logins are replaced while the daemon runs, by replacing their files. */
final class RotationTest extends DispatcherRig {
  private long sequence;

  @BeforeEach
  void useALogin() throws IOException {
    endpoints.put("/etc/authorization", "Bearer one", "rw-------");
    endpoints.put("/etc/headers", "X-Key: one", "rw-------");
    dispatcher.close();
    dispatcher = dispatcherOf(null);
  }

  @Test
  void aNewSecretSignsTheNextEvent() throws Exception {
    assertEquals(List.of(WebhookRig.SECRET), signersOf(deliver(200)));
    endpoints.put("/etc/secret", WebhookRig.OTHER_SECRET, "rw-------");
    assertEquals(List.of(WebhookRig.OTHER_SECRET), signersOf(deliver(200)));
  }

  @Test
  void aSecretThatIsMovedIntoPlaceIsNoticedThoughItIsAsLong() throws Exception {
    deliver(200);
    endpoints.put("/etc/secret.new", WebhookRig.OTHER_SECRET + "\n", "rw-------");
    Files.move(
        mac.resolve("etc/secret.new"),
        mac.resolve("etc/secret"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    assertEquals(List.of(WebhookRig.OTHER_SECRET), signersOf(deliver(200)));
  }

  @Test
  void withThePreviousSecretBothSign() throws Exception {
    endpoints.put("/etc/previous", WebhookRig.OTHER_SECRET, "rw-------");
    dispatcher.close();
    dispatcher = dispatcherOf("/etc/previous");
    assertEquals(List.of(WebhookRig.SECRET, WebhookRig.OTHER_SECRET), signersOf(deliver(200)));
  }

  @Test
  void aNewLoginIsSentWithTheNextEvent() throws Exception {
    assertEquals("Bearer one", deliver(200).getHeaders().get("Authorization"));
    endpoints.put("/etc/authorization", "Bearer two", "rw-------");
    assertEquals("Bearer two", deliver(200).getHeaders().get("Authorization"));
  }

  @Test
  void aNewSecretHeaderIsSentWithTheNextEvent() throws Exception {
    assertEquals("one", deliver(200).getHeaders().get("X-Key"));
    endpoints.put("/etc/headers", "X-Key: two", "rw-------");
    assertEquals("two", deliver(200).getHeaders().get("X-Key"));
  }

  @Test
  void whileABacklogDrainsANewLoginIsSentWithinASecond() throws Exception {
    for (int i = 0; i < 3; i++) {
      keep();
    }
    answer(200, 200, 200);
    dispatcher.step();
    endpoints.put("/etc/authorization", "Bearer two", "rw-------");
    dispatcher.step();
    clock.advance(Duration.ofSeconds(1));
    dispatcher.step();
    assertEquals("Bearer one", WebhookRig.next(server).getHeaders().get("Authorization"));
    assertEquals("Bearer one", WebhookRig.next(server).getHeaders().get("Authorization"));
    assertEquals("Bearer two", WebhookRig.next(server).getHeaders().get("Authorization"));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 410, 503})
  void aReplacedFileEndsThePause(int status) throws Exception {
    deliver(status);
    assertTrue(dispatcher.step().toMillis() > 0);
    assertEquals(1, server.getRequestCount());
    endpoints.put("/etc/authorization", "Bearer two", "rw-------");
    answer(200);
    dispatcher.step();
    assertEquals("Bearer two", WebhookRig.next(server).getHeaders().get("Authorization"));
    assertTrue(dispatcher.isEmpty());
  }

  @Test
  void permissionsThatArePutRightEndTheWait() throws Exception {
    Path secret = mac.resolve("etc/secret");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    keep();
    assertEquals(EventDispatcher.REOPEN, dispatcher.step());
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    answer(200);
    dispatcher.step();
    assertTrue(dispatcher.isEmpty());
  }

  @Test
  void filesThatStayAsTheyAreCostNoNewConnection() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertEquals(i, deliver(200).getExchangeIndex());
    }
  }

  /** Old, both, new, while the receiver changes over at some moment of the middle. */
  @Test
  void inARotationNoEventIsRefused() throws Exception {
    int events = 60;
    int receiverChanges = 20 + new Random(7).nextInt(20);
    endpoints.put("/etc/previous", WebhookRig.SECRET, "rw-------");
    for (int i = 0; i < events; i++) {
      if (i == 20) {
        endpoints.put("/etc/secret", WebhookRig.OTHER_SECRET, "rw-------");
        dispatcher.use(with("/etc/previous"));
      }
      if (i == 40) {
        dispatcher.use(with(null));
      }
      String trusted = i < receiverChanges ? WebhookRig.SECRET : WebhookRig.OTHER_SECRET;
      assertTrue(signersOf(deliver(200)).contains(trusted), "event " + i);
    }
  }

  private RecordedRequest deliver(int status) throws Exception {
    keep();
    answer(status);
    dispatcher.step();
    return WebhookRig.next(server);
  }

  private void keep() throws IOException {
    keep(List.of(EventSamples.changed(++sequence)));
  }

  /** The secrets that signed a request, in the order of the signatures. */
  private static List<String> signersOf(RecordedRequest request) {
    String header = request.getHeaders().get("webhook-signature");
    return List.of(header.split(" ")).stream()
        .map(
            one ->
                List.of(WebhookRig.SECRET, WebhookRig.OTHER_SECRET).stream()
                    .filter(secret -> holds(secret, one, request))
                    .findFirst()
                    .orElse("nobody"))
        .toList();
  }

  private static boolean holds(String secret, String signature, RecordedRequest request) {
    return WebhookSignature.isValid(
        WebhookSecret.parse(secret),
        signature,
        request.getHeaders().get("webhook-id"),
        Long.parseLong(request.getHeaders().get("webhook-timestamp")),
        request.getBody().toByteArray());
  }

  private EventDispatcher dispatcherOf(@Nullable String previousSecretFile) {
    return dispatcher(with(previousSecretFile), Optional::empty);
  }

  private Settings with(@Nullable String previousSecretFile) {
    return WebhookRig.settings(
        WebhookRig.at(
            server.url("/hook").toString(),
            "previousSecretFile",
            previousSecretFile,
            "authorizationFile",
            "/etc/authorization",
            "secretHeadersFile",
            "/etc/headers"));
  }
}
