/** hadolint's environment variables. */
import type { LintConfig } from '../../api/index.ts';
import type { Environment } from '../../environment.ts';
import { labelSchemaOf, thresholdOf } from './config-values.ts';

/** As in hadolint, values without a meaning are passed over. */
export function environmentConfig(env: Environment): LintConfig {
  const list = (name: string) => env[name]?.split(',');
  const labels = list('HADOLINT_REQUIRE_LABELS')?.flatMap((text) => {
    const label = labelSchemaOf(text);
    return label === undefined ? [] : [label];
  });
  return {
    ignored: list('HADOLINT_IGNORE'),
    override: {
      error: list('HADOLINT_OVERRIDE_ERROR'),
      warning: list('HADOLINT_OVERRIDE_WARNING'),
      info: list('HADOLINT_OVERRIDE_INFO'),
      style: list('HADOLINT_OVERRIDE_STYLE'),
    },
    trustedRegistries: list('HADOLINT_TRUSTED_REGISTRIES'),
    labelSchema: labels && Object.fromEntries(labels),
    strictLabels: flag(env.HADOLINT_STRICT_LABELS),
    disableIgnorePragma: flag(env.HADOLINT_DISABLE_IGNORE_PRAGMA),
    failureThreshold: thresholdOf(env.HADOLINT_FAILURE_THRESHOLD),
    noFail: flag(env.HADOLINT_NOFAIL),
    formats: list('HADOLINT_FORMAT'),
  };
}

function flag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : /^(?:1|y|on|true|yes)$/i.test(text);
}
