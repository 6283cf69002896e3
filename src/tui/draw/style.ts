/** Text in the colours of a terminal, cut to columns. Whatever strangers wrote has no control characters in it. */
import { clip, displayWidth, printable } from '../../progress/index.ts';
import type { Mark } from '../model/stack-diff.ts';

export interface Style {
  readonly color: boolean;
  /** Signs beyond ASCII. */
  readonly unicode: boolean;
}

export type Tone = 'plain' | 'dim' | 'title' | 'selected' | 'dimSelected' | 'accent' | Mark;

const COLORS: Readonly<Record<Tone, string>> = {
  plain: '',
  unmodified: '',
  dim: '2',
  title: '1',
  selected: '7',
  dimSelected: '4',
  accent: '1;36',
  added: '32',
  removed: '31',
  modified: '33',
  metadata: '35',
};

/** Without colours: bold, inverse and underlined are none. */
const WITHOUT_COLORS: Readonly<Partial<Record<Tone, string>>> = {
  title: '1',
  selected: '7',
  dimSelected: '4',
  accent: '1',
};

export function paint(text: string, tones: readonly Tone[], { color }: Style): string {
  const codes = tones
    .map((tone) => (color ? COLORS[tone] : (WITHOUT_COLORS[tone] ?? '')))
    .filter((code) => code !== '');
  return codes.length === 0 || text === '' ? text : `\x1b[0;${codes.join(';')}m${text}\x1b[0m`;
}

/** A text of strangers in exactly so many columns. */
export function fitted(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  if (columns <= 0) return '';
  const cut = clip(printable(text), columns);
  const blanks = ' '.repeat(Math.max(0, columns - displayWidth(cut)));
  return align === 'left' ? cut + blanks : blanks + cut;
}

/** The end of a path says more than its beginning. */
export function fitEnd(text: string, columns: number): string {
  const safe = printable(text);
  if (displayWidth(safe) <= columns) return fitted(safe, columns);
  let kept = '';
  let width = 1;
  for (const character of [...safe].reverse()) {
    width += displayWidth(character);
    if (width > columns) break;
    kept = character + kept;
  }
  return fitted(`…${kept}`, columns);
}

export const SIGNS: Readonly<Record<Mark, string>> = {
  unmodified: ' ',
  added: '+',
  removed: '-',
  modified: '~',
  metadata: '*',
};
