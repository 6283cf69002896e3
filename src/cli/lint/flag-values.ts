/** Values of the flags of `lamina lint`. */
import type { LintConfig } from '../../api/index.ts';
import { badValue } from '../values.ts';

const FORMS = ['email', 'hash', 'rfc3339', 'semver', 'spdx', 'text', 'url'] as const;
const SEVERITIES = ['error', 'warning', 'info', 'style', 'ignore'] as const;

/** @throws AppError CLI_FLAG_VALUE */
export function labelSchema(texts: readonly string[]): LintConfig['labelSchema'] {
  const pairs = texts.map((text) => {
    const [, name = '', wanted] = /^([^:]+)(?::(.*))?$/.exec(text) ?? [];
    const form = FORMS.find((one) => one === (wanted ?? 'text'));
    if (name === '' || form === undefined) {
      throw badValue('--require-label', text, `name:form, where form is ${FORMS.join(', ')}`);
    }
    return [name, form] as const;
  });
  return Object.fromEntries(pairs);
}

export function threshold(text: string | undefined): LintConfig['failureThreshold'] {
  return text === 'none' ? 'ignore' : SEVERITIES.find((severity) => severity === text);
}
