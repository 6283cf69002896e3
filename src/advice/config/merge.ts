/** Several configurations as one, and what the rules need of it. */
import type { LintConfig } from '../../api/index.ts';
import type { LintSettings } from '../settings.ts';
import { SEVERITIES } from './config-values.ts';

/** Later ones win; lists are joined. */
export function mergedConfig(...configs: readonly LintConfig[]): LintConfig {
  return configs.reduce((one, other): LintConfig => {
    const override = SEVERITIES.map(
      (severity) =>
        [
          severity,
          [...(one.override?.[severity] ?? []), ...(other.override?.[severity] ?? [])],
        ] as const,
    );
    return {
      ignored: [...(one.ignored ?? []), ...(other.ignored ?? [])],
      override: Object.fromEntries(override),
      trustedRegistries: [...(one.trustedRegistries ?? []), ...(other.trustedRegistries ?? [])],
      labelSchema: { ...one.labelSchema, ...other.labelSchema },
      strictLabels: other.strictLabels ?? one.strictLabels,
      disableIgnorePragma: other.disableIgnorePragma ?? one.disableIgnorePragma,
      failureThreshold: other.failureThreshold ?? one.failureThreshold,
      noFail: other.noFail ?? one.noFail,
      formats: [...(one.formats ?? []), ...(other.formats ?? [])],
    };
  }, {});
}

export function settingsOf(config: LintConfig): LintSettings {
  // The least severe list first: a code that is in several gets the most severe.
  const severities = SEVERITIES.toReversed().flatMap((severity) =>
    (config.override?.[severity] ?? []).map((code) => [code, severity] as const),
  );
  return {
    ignored: new Set(config.ignored),
    severities: new Map(severities),
    trustedRegistries: config.trustedRegistries ?? [],
    labels: new Map(Object.entries(config.labelSchema ?? {})),
    strictLabels: config.strictLabels ?? false,
    disableIgnorePragma: config.disableIgnorePragma ?? false,
  };
}
