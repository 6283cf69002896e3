/** `# syntax=…`, `# escape=…` and `# check=…` at the top of a file. */
import { skipSpaces, trimSpacesEnd } from './space.ts';

export type DirectiveName = 'syntax' | 'escape' | 'check';

export interface DirectiveText {
  readonly name: DirectiveName;
  readonly value: string;
  /** Start of the value in the given line. */
  readonly valueStart: number;
}

const NAME = /^([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*/;

/** Parses the text after the comment sign; undefined if it is no directive. */
export function parseDirective(text: string): DirectiveText | undefined {
  const start = skipSpaces(text, 0, text.length);
  const match = NAME.exec(text.slice(start));
  const name = match?.[1]?.toLowerCase();
  if (match === null || (name !== 'syntax' && name !== 'escape' && name !== 'check')) {
    return undefined;
  }
  const valueStart = start + match[0].length;
  const value = text.slice(valueStart, trimSpacesEnd(text, valueStart, text.length));
  return value === '' ? undefined : { name, value, valueStart };
}

export interface SyntaxReference {
  /** The frontend image. */
  readonly reference: string;
  /** The whole value: the reference, and arguments for the image. */
  readonly value: string;
}

/** The `syntax` of a file of any type: `# syntax=`, `// syntax=` or `{"syntax": …}`. Skips a first line `#!…`. */
export function detectSyntax(text: string): SyntaxReference | undefined {
  const body = text.replace(/^\ufeff/, '').replace(/^#!.*(?:\n|$)/, '');
  const value = scanFor(body, '#') ?? scanFor(body, '//') ?? fromJson(body);
  if (value === undefined) return undefined;
  return { reference: value.split(' ', 1)[0] ?? '', value };
}

function scanFor(text: string, sign: string): string | undefined {
  const seen = new Set<string>();
  let start = 0;
  while (start < text.length) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    if (!text.startsWith(sign, start)) return undefined;
    const directive = parseDirective(text.slice(start + sign.length, end));
    if (directive === undefined || seen.has(directive.name)) return undefined;
    if (directive.name === 'syntax') return directive.value;
    seen.add(directive.name);
    start = end + 1;
  }
  return undefined;
}

function fromJson(text: string): string | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('syntax' in value)) return undefined;
    return typeof value.syntax === 'string' ? value.syntax : undefined;
  } catch {
    return undefined;
  }
}
