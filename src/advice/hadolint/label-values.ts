/** Rules about the values of labels that the configuration names. */
import type { LabelForm } from '../../api/index.ts';
import { instructionRule, unquoted } from '../making/make.ts';
import type { AdviceRule, RuleText } from '../rule.ts';

export interface LabelValues {
  /** Undefined: labels of every form. */
  readonly form?: LabelForm | undefined;
  readonly isValid: (value: string) => boolean;
  /** After `the label 'name' is `. */
  readonly fault: string;
  readonly hint: string;
}

export function labelValueRule(
  text: RuleText,
  { form, isValid, fault, hint }: LabelValues,
): AdviceRule {
  return instructionRule(text, 'label', ({ pairs }, _, { settings }) => {
    const bad = pairs.find(({ key, value }) => {
      const wanted = settings.labels.get(unquoted(key.text));
      const isMeant = wanted !== undefined && (form === undefined || wanted === form);
      return isMeant && !isValid(unquoted(value.text));
    });
    if (bad === undefined) return undefined;
    const what = `the label '${unquoted(bad.key.text)}' is ${fault}`;
    return { what, hint, range: bad.value.range };
  });
}
