/** SARIF 2.1.0, which code scanning services read. */

import type { ImageCheck, ImageFinding } from '../../api/index.ts';
import { jsonText } from '../json-text.ts';
import { fingerprint } from './gitlab.ts';
import { type CheckOutput, fullMessage, unreadLayers } from './places.ts';
import { RULE_TEXTS } from './rule-texts.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

export function renderSarif(check: ImageCheck, output: CheckOutput): string {
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'lamina', rules: check.rules.map(({ rule }) => described(rule)) } },
        columnKind: 'utf16CodeUnits',
        invocations: [invocation(check)],
        results: check.findings.map((finding) => result(finding, check, output)),
        properties: { image: output.name, imageId: check.image.id },
      },
    ],
  };
  return jsonText(log, 2);
}

/** A run that could not see everything was not successful, whatever its results say. */
function invocation(check: ImageCheck): object {
  const unread = unreadLayers(check);
  return {
    executionSuccessful: unread.length === 0,
    toolExecutionNotifications: unread.map(({ code, text }) => ({
      ...{ descriptor: { id: code }, level: 'error', message: { text } },
    })),
  };
}

function described(rule: ImageFinding['rule']): object {
  return { id: rule, shortDescription: { text: RULE_TEXTS[rule] } };
}

function result(finding: ImageFinding, { rules }: ImageCheck, output: CheckOutput): object {
  const { rule, level, line, layer, paths } = finding;
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex((one) => one.rule === rule),
    level,
    message: { text: fullMessage(finding, output) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(output.dockerfile) },
          // Services refuse a location without a region.
          region: { startLine: line ?? 1 },
        },
        ...(paths.length > 0 && {
          logicalLocations: paths.map((path) => ({
            ...{ name: path, kind: 'file' },
            fullyQualifiedName: layer === null ? path : `layer ${layer}/${path}`,
          })),
        }),
      },
    ],
    partialFingerprints: { 'laminaCheck/v1': fingerprint(finding, output) },
  };
}
