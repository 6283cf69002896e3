/** Where a finding is, for formats that point into a repository. */
import type { CheckedRule, ImageCheck, ImageFinding } from '../../api/index.ts';
import { printable } from '../../progress/index.ts';

/** What formats need to know beside the result. */
export interface CheckOutput {
  /** The image as it was asked for. */
  readonly name: string;
  /** Path of the Dockerfile in the repository. */
  readonly dockerfile: string;
}

/** `layer 2, Dockerfile:7: COPY . .`; empty where nothing is known. */
export function placeOf(
  { layer, line, instruction }: ImageFinding,
  { dockerfile }: CheckOutput,
): string {
  const where = [
    ...(layer === null ? [] : [`layer ${layer}`]),
    ...(line === null ? [] : [`${dockerfile}:${line}`]),
  ].join(', ');
  return instruction === null || where === '' ? where : `${where}: ${shortened(instruction)}`;
}

const LONGEST = 200;

function shortened(instruction: string): string {
  const text = printable(instruction).replace(/\s+/g, ' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** The message with what a person needs to act on it, on one line. */
export function fullMessage(finding: ImageFinding, output: CheckOutput): string {
  const place = placeOf(finding, output);
  return printable(
    `${finding.message}${place === '' ? '' : ` (${place})`}. ${sentence(finding.hint)}`,
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.)]$/.test(text) ? '' : '.'}`;
}

/** What is missing from the result, one line for each layer that could not be read. */
export function unreadLayers({ problems }: Pick<ImageCheck, 'problems'>): UnreadLayer[] {
  return problems.map(({ layer, code, message }) => ({
    ...{ layer, code, text: printable(`layer ${layer} could not be checked: ${message}`) },
  }));
}

export interface UnreadLayer {
  readonly layer: number;
  readonly code: string;
  readonly text: string;
}

/** The rules that have limits; all of them where none has. */
export function shownRules({ rules }: ImageCheck): readonly CheckedRule[] {
  const checked = rules.filter(({ status }) => status !== 'not-checked');
  return checked.length === 0 ? rules : checked;
}
