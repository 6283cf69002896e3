import { masked, withoutSecrets } from '../secrets/index.ts';
import { type Findings, faultsOf } from './describe.ts';
import { RULES } from './rules.ts';
import type { CheckedRule, ImageCheck, ImageFinding, ImageLimits } from './types.ts';

/**
 * Holds an image against limits. Without any, everything there is to say is a note, and the image passes.
 */
export function checkReport(limits: ImageLimits, all: Findings): ImageCheck {
  const { report, base } = all;
  const rules = RULES.map(({ name, limit: limitOf, actual: actualOf, isExceeded }): CheckedRule => {
    const [limit = null, actual] = [limitOf(limits), actualOf(report, base)];
    const isOver =
      limit !== null && isExceeded(actual, typeof limit === 'number' ? limit : 0, base);
    const status = limit === null ? 'not-checked' : isOver ? 'failed' : 'passed';
    return { rule: name, status, limit, actual };
  });
  const hasLimits = rules.some(({ limit }) => limit !== null);
  const told = rules.filter((one) => (hasLimits ? one.status === 'failed' : isWorthTelling(one)));
  return {
    image: report.image,
    passed: rules.every(({ status }) => status !== 'failed'),
    rules,
    findings: told.flatMap((rule) => findingsOf(rule, all)),
    problems: report.problems,
  };
}

function findingsOf(rule: CheckedRule, all: Findings): ImageFinding[] {
  const { layers } = all.report;
  const shown = (text: string) => withoutSecrets(masked(text, all.secrets ?? []));
  const shownOrNull = (text: string | null) => (text === null ? null : shown(text));
  return faultsOf(rule, all).map(({ message, hint, layer = null, line, paths = [] }) => {
    const made = layer === null ? undefined : layers[layer];
    return {
      ...{ rule: rule.rule, level: rule.limit === null ? 'note' : 'error' },
      ...{ message: shown(message), hint, limit: rule.limit, actual: rule.actual, layer },
      instruction: shownOrNull(made?.instruction ?? null),
      ...{ line: line ?? made?.line ?? null, paths: paths.map(shown) },
    };
  });
}

/** A size or a number of layers alone is neither good nor bad. */
function isWorthTelling({ rule, actual }: CheckedRule): boolean {
  switch (rule) {
    case 'non-root':
      return actual === 'root';
    case 'max-reclaimable':
    case 'no-shell':
    case 'no-setuid':
    case 'no-secrets':
    case 'no-package-manager':
      return actual !== 0;
    default:
      return false;
  }
}
