package org.kextwatch.agent.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.SystemRoot;

/** Looks at the files that settings name, before anything is sent with them. */
public final class NamedFiles {
  private final SettingFiles files;
  private final List<String> flaws = new ArrayList<>();

  private NamedFiles(SystemRoot root) {
    this.files = new SettingFiles(root);
  }

  /**
   * What is wrong with them: each must be there, be safe from others, and hold what its setting
   * says. Each flaw begins with the name of the setting and holds no secret; empty if all is well.
   * Without an endpoint nobody needs the secret.
   */
  public static List<String> flaws(Settings.Webhook settings, SystemRoot root) {
    NamedFiles named = new NamedFiles(root);
    boolean sends = settings.endpoint() != null || settings.endpointFile() != null;
    named.look("endpointFile", settings.endpointFile(), true);
    named.look("secretFile", sends ? settings.secretFile() : null, true);
    named.look("previousSecretFile", settings.previousSecretFile(), true);
    named.look("authorizationFile", settings.authorizationFile(), true);
    named.look("clientKeystore", settings.clientKeystore(), true);
    named.look("clientKeystorePasswordFile", settings.clientKeystorePasswordFile(), true);
    named.look("proxyCredentialsFile", settings.proxyCredentialsFile(), true);
    named.look("caBundle", settings.caBundle(), false);
    if (named.flaws.isEmpty()) {
      named.open(settings, root);
    }
    return List.copyOf(named.flaws);
  }

  private void look(String setting, @Nullable String macPath, boolean isSecret) {
    try {
      if (macPath != null && isSecret) {
        files.secret(setting, macPath);
      } else if (macPath != null) {
        files.trusted(setting, macPath);
      }
    } catch (UnusableSetting e) {
      flaws.add(e.note());
    }
  }

  private void open(Settings.Webhook settings, SystemRoot root) {
    Endpoint endpoint = Endpoint.open(settings, root, "check");
    if (endpoint instanceof Endpoint.Unusable unusable) {
      flaws.add(unusable.note());
    } else if (endpoint instanceof Endpoint.Ready ready) {
      ready.client().close();
    }
  }
}
