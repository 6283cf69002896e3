/** Values of settings, as texts of flags, variables and files have them. */
import type { FailureThreshold, LabelForm } from '../../api/index.ts';
import type { Severity } from '../../lint/index.ts';

/** From most to least severe. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info', 'style'];
const FORMS: readonly LabelForm[] = ['email', 'hash', 'rfc3339', 'semver', 'spdx', 'text', 'url'];

export const THRESHOLDS: readonly string[] = [...SEVERITIES, 'ignore', 'none'];
export const LABEL_FORMS: readonly string[] = FORMS;

/** @returns undefined for another word; `none` is `ignore` */
export function thresholdOf(text: unknown): FailureThreshold | undefined {
  if (text === 'none' || text === 'ignore') return 'ignore';
  return SEVERITIES.find((severity) => severity === text);
}

/** @returns undefined for another word; an empty one is `text` */
export function labelFormOf(text: unknown): LabelForm | undefined {
  return text === '' ? 'text' : FORMS.find((form) => form === text);
}

/** `name:form`; undefined if the form is none. */
export function labelSchemaOf(text: string): readonly [string, LabelForm] | undefined {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const form = labelFormOf(colon < 0 ? '' : text.slice(colon + 1));
  return form === undefined ? undefined : [name, form];
}
