/** Parses strings, heredocs and templates of HCL. */
import type { Cursor } from './cursor.ts';
import type { Expression, TemplatePart } from './syntax.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' },
};

/** How the text of a template is written. */
interface Form {
  /** Where the template ends. */
  readonly isAtEnd: () => boolean;
  /** Whether a backslash begins an escape. */
  readonly hasEscapes: boolean;
}

/** A quoted string at the cursor. */
export function parseString(cursor: Cursor): Expression {
  const start = cursor.at;
  cursor.at += 1;
  const parts = cursor.outsideBrackets(() =>
    parseParts(cursor, { isAtEnd: () => cursor.sees('"'), hasEscapes: true }, start),
  );
  cursor.at += 1;
  return asExpression(parts, cursor, start);
}

/** A quoted string without interpolation: a label. */
export function parsePlainString(cursor: Cursor): string {
  const start = cursor.at;
  const found = parseString(cursor);
  if (found.kind === 'literal' && typeof found.value === 'string') return found.value;
  throw cursor.source.fault('a label cannot be a template', start, cursor.at);
}

/** A text that is a template as a whole: a string of the JSON syntax. */
export function parseTemplate(cursor: Cursor): Expression {
  const parts = parseParts(cursor, { isAtEnd: () => cursor.isAtEnd, hasEscapes: false }, 0);
  return asExpression(parts, cursor, 0);
}

const HEREDOC = /^<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]*)\r?\n/u;

export function isHeredoc(cursor: Cursor): boolean {
  return cursor.sees('<<') && HEREDOC.test(cursor.text.slice(cursor.at, cursor.at + 200));
}

/** `<<END` or `<<-END`, which takes away the indentation that all lines share. */
export function parseHeredoc(cursor: Cursor): Expression {
  const start = cursor.at;
  const [head = '', dash = '', word = ''] =
    HEREDOC.exec(cursor.text.slice(start, start + 200)) ?? [];
  cursor.at += head.length;
  const isEnd = () => {
    const isLineStart = cursor.text[cursor.at - 1] === '\n';
    if (!isLineStart) return false;
    const end = cursor.text.indexOf('\n', cursor.at);
    const line = cursor.text.slice(cursor.at, end < 0 ? undefined : end);
    return line.trim() === word;
  };
  const parts = cursor.outsideBrackets(() =>
    parseParts(cursor, { isAtEnd: isEnd, hasEscapes: false }, start),
  );
  const end = cursor.text.indexOf('\n', cursor.at);
  cursor.at = end < 0 ? cursor.text.length : end;
  if (cursor.text[cursor.at - 1] === '\r') cursor.at -= 1;
  return asExpression(dash === '' ? parts : dedent(parts), cursor, start);
}

/** A string without parts that must be evaluated is a literal; `"${x}"` is x itself. */
function asExpression(parts: readonly TemplatePart[], cursor: Cursor, start: number): Expression {
  const location = cursor.since(start);
  const [first] = parts;
  if (first === undefined) return { kind: 'literal', value: '', location };
  if (parts.length === 1 && first.kind === 'text')
    return { kind: 'literal', value: first.text, location };
  if (parts.length === 1 && first.kind === 'value') return first.value;
  return { kind: 'template', parts, location };
}

type Ending = 'end' | 'else' | 'endif' | 'endfor';

function parseParts(cursor: Cursor, form: Form, start: number): TemplatePart[] {
  const { parts } = parseUntil(cursor, form, { start, endings: ['end'] });
  return parts;
}

interface Until {
  /** Where what is being parsed begins, for messages. */
  readonly start: number;
  readonly endings: readonly Ending[];
}

function parseUntil(
  cursor: Cursor,
  form: Form,
  { start, endings }: Until,
): { parts: TemplatePart[]; ending: Ending } {
  const parts: TemplatePart[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
  };
  for (;;) {
    if (form.isAtEnd()) {
      if (!endings.includes('end')) throw unclosed(cursor, start, endings);
      flush();
      return { parts, ending: 'end' };
    }
    if (cursor.isAtEnd || (form.hasEscapes && cursor.sees('\n'))) {
      throw cursor.source.fault('the string is not closed', start, cursor.at);
    }
    if (cursor.sees('$${') || cursor.sees('%%{')) {
      text += cursor.text.slice(cursor.at + 1, cursor.at + 3);
      cursor.at += 3;
    } else if (cursor.sees('${')) {
      text = strip(cursor, text, 2);
      flush();
      const value = inSequence(cursor, () => cursor.grammar.expression(cursor));
      parts.push({ kind: 'value', value });
    } else if (cursor.sees('%{')) {
      const at = cursor.at;
      text = strip(cursor, text, 2);
      flush();
      const ending = parseDirective(cursor, form, { at, parts, endings });
      if (ending !== undefined) return { parts, ending };
    } else if (form.hasEscapes && cursor.sees('\\')) text += parseEscape(cursor);
    else {
      text += cursor.text[cursor.at] ?? '';
      cursor.at += 1;
    }
  }
}

/** `${~` and `%{~` take away the blanks before them. */
function strip(cursor: Cursor, text: string, length: number): string {
  cursor.at += length;
  if (!cursor.sees('~')) return text;
  cursor.at += 1;
  return text.trimEnd();
}

/** What is between `${` and `}`; `~}` takes away the blanks behind it. */
function inSequence<T>(cursor: Cursor, parse: () => T): T {
  const parsed = cursor.inBrackets(() => {
    const result = parse();
    if (cursor.takes('~')) {
      cursor.require('}', 'in a template');
      return { result, strips: true };
    }
    cursor.require('}', 'in a template');
    return { result, strips: false };
  });
  if (parsed.strips) {
    while (/\s/.test(cursor.text[cursor.at] ?? '')) cursor.at += 1;
  }
  return parsed.result;
}

interface Directive {
  readonly at: number;
  readonly parts: TemplatePart[];
  readonly endings: readonly Ending[];
}

/** @returns what ends the sequence of parts that the directive is in, if it does */
function parseDirective(
  cursor: Cursor,
  form: Form,
  { at, parts, endings }: Directive,
): Ending | undefined {
  for (const ending of ['else', 'endif', 'endfor'] as const) {
    if (!cursor.seesKeyword(ending)) continue;
    if (!endings.includes(ending)) throw cursor.fault(`unexpected %{ ${ending} }`, at);
    inSequence(cursor, () => cursor.takesKeyword(ending));
    return ending;
  }
  if (cursor.takesKeyword('if')) {
    const condition = inSequence(cursor, () => cursor.grammar.expression(cursor));
    const whenTrue = parseUntil(cursor, form, { start: at, endings: ['else', 'endif'] });
    const whenFalse =
      whenTrue.ending === 'else'
        ? parseUntil(cursor, form, { start: at, endings: ['endif'] }).parts
        : [];
    parts.push({ kind: 'if', condition, whenTrue: whenTrue.parts, whenFalse });
    return undefined;
  }
  if (!cursor.takesKeyword('for')) {
    throw cursor.fault(`unexpected ${cursor.nextAsWords()} in %{…}`, cursor.at, {
      expected: 'if, else, endif, for or endfor',
    });
  }
  const { keyName, valueName, of } = inSequence(cursor, () => ({
    ...cursor.grammar.forNames(cursor),
    of: cursor.grammar.expression(cursor),
  }));
  const { parts: body } = parseUntil(cursor, form, { start: at, endings: ['endfor'] });
  parts.push({ kind: 'for', keyName, valueName, of, body });
  return undefined;
}

function unclosed(cursor: Cursor, start: number, endings: readonly Ending[]) {
  return cursor.source.fault('the directive is not closed', start, start + 2, {
    expected: endings.map((ending) => `%{ ${ending} }`).join(' or '),
  });
}

function parseEscape(cursor: Cursor): string {
  const start = cursor.at;
  const letter = cursor.text[start + 1] ?? '';
  const plain = ESCAPES[letter];
  if (plain !== undefined) {
    cursor.at += 2;
    return plain;
  }
  const [found, short, long] =
    /^\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(cursor.text.slice(start, start + 10)) ?? [];
  const code = Number.parseInt(short ?? long ?? '', 16);
  if (found === undefined || code > 0x10ffff) {
    throw cursor.source.fault(`unknown escape '\\${letter}'`, start, start + 2, {
      expected: String.raw`\n, \r, \t, \", \\, \uNNNN or \UNNNNNNNN`,
    });
  }
  cursor.at += found.length;
  return String.fromCodePoint(code);
}

/** Takes away the indentation that all lines share; lines begin in texts only. */
function dedent(parts: readonly TemplatePart[]): TemplatePart[] {
  let least = Number.POSITIVE_INFINITY;
  let isLineStart = true;
  for (const part of parts) {
    if (part.kind !== 'text') {
      if (isLineStart) least = 0;
      isLineStart = false;
      continue;
    }
    for (const [index, line] of part.text.split('\n').entries()) {
      if (index > 0) isLineStart = true;
      if (isLineStart && line !== '') {
        const indent = line.length - line.trimStart().length;
        if (line.trim() !== '' || index < part.text.split('\n').length - 1)
          least = Math.min(least, indent);
        isLineStart = false;
      }
    }
  }
  if (!Number.isFinite(least) || least === 0) return [...parts];
  const cut = (text: string, first: boolean) =>
    text
      .split('\n')
      .map((line, index) => (index > 0 || first ? line.slice(Math.min(least, line.length)) : line))
      .join('\n');
  let isFirst = true;
  return parts.map((part) => {
    if (part.kind !== 'text') {
      isFirst = false;
      return part;
    }
    const text = cut(part.text, isFirst);
    isFirst = false;
    return { kind: 'text', text };
  });
}
