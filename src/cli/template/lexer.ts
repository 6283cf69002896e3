/** Splits a template into text and actions, and an action into words. */
import { AppError } from '../../errors.ts';

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly words: readonly Word[] };

export type Word =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  /** `.A.B`, `$x.A`, `.`, `json`, `:=`, `|`, `(`, `)`, `,`. */
  | { readonly kind: 'word'; readonly value: string };

/** @throws AppError CLI_TEMPLATE */
export function lexTemplate(template: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = template;
  while (rest !== '') {
    const open = rest.indexOf('{{');
    if (open < 0) break;
    const { length, body } = actionAt(rest, open, template);
    const trimLeft = /^-\s/.test(body);
    const trimRight = /\s-$/.test(body);
    const before = rest.slice(0, open);
    pieces.push({ kind: 'text', text: trimLeft ? before.trimEnd() : before });
    const inner = body.slice(trimLeft ? 1 : 0, trimRight ? -1 : undefined).trim();
    if (!inner.startsWith('/*')) pieces.push({ kind: 'action', words: lexAction(inner, template) });
    rest = rest.slice(open + length);
    if (trimRight) rest = rest.trimStart();
  }
  pieces.push({ kind: 'text', text: rest });
  return pieces;
}

/** Finds the end of an action; `}}` inside a string does not end it. */
function actionAt(text: string, open: number, template: string): { length: number; body: string } {
  const match = /^\{\{((?:\/\*.*?\*\/|"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`])*?)\}\}/s.exec(
    text.slice(open),
  );
  if (match === null) throw templateError(template, 'an action is not closed', '}}');
  return { length: match[0].length, body: match[1] ?? '' };
}

const WORD =
  /\s*(?:("(?:[^"\\]|\\.)*")|`([^`]*)`|(-?\d+(?:\.\d+)?)(?![\w.])|(:=|[|(),=]|\$?[\w.]+|\$))/y;

function lexAction(text: string, template: string): Word[] {
  const words: Word[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.trimEnd().length) {
    const at = WORD.lastIndex;
    const match = WORD.exec(text);
    if (match === null) {
      throw templateError(template, `cannot read ${JSON.stringify(text.slice(at).trim())}`);
    }
    const [, quoted, raw, number, word] = match;
    if (quoted !== undefined) words.push({ kind: 'string', value: unquote(quoted, template) });
    else if (raw !== undefined) words.push({ kind: 'string', value: raw });
    else if (number !== undefined) words.push({ kind: 'number', value: Number(number) });
    else words.push({ kind: 'word', value: word ?? '' });
  }
  return words;
}

function unquote(text: string, template: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw templateError(template, `not a string: ${text}`);
  }
}

export function templateError(template: string, message: string, expected?: string): AppError {
  return new AppError('CLI_TEMPLATE', `template ${JSON.stringify(template)}: ${message}`, {
    expected,
    hint: 'use the syntax of Go templates, such as {{.Id}} or {{json .Config}}; see `lamina explain cli`',
  });
}
