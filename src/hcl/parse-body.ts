/** Parses bodies of HCL's native syntax. */
import type { Cursor } from './cursor.ts';
import { cursorOf, parseExpression } from './parse-expression.ts';
import { parsePlainString } from './parse-template.ts';
import { Source } from './source.ts';
import type { Attribute, Block, Body } from './syntax.ts';

/**
 * Parses a file in HCL's native syntax.
 *
 * @param file its name, for messages
 * @throws AppError HCL_SYNTAX
 */
export function parseHcl(text: string, file: string): Body {
  const cursor = cursorOf(new Source(file, text));
  if (cursor.sees('\uFEFF')) cursor.at += 1;
  return parseBody(cursor, undefined);
}

/** @param end the character that closes the body; undefined: the end of the file */
function parseBody(cursor: Cursor, end: '}' | undefined): Body {
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  for (;;) {
    cursor.skipLines();
    if (end !== undefined && cursor.sees(end)) break;
    if (cursor.isAtEnd) {
      if (end === undefined) break;
      throw cursor.fault('the block is not closed', cursor.at, { expected: end });
    }
    const start = cursor.at;
    const name = cursor.name();
    if (name === undefined) {
      throw cursor.fault(`unexpected ${cursor.nextAsWords()}`, start, {
        expected: 'an attribute (name = value) or a block (name "label" { … })',
      });
    }
    const location = cursor.since(start);
    cursor.skipBlank();
    if (cursor.sees('=') && !cursor.sees('==')) {
      cursor.at += 1;
      attributes.push({ name, location, value: parseExpression(cursor) });
      endOfItem(cursor, end);
    } else blocks.push(parseBlock(cursor, name, start, end));
  }
  return { attributes, blocks };
}

function parseBlock(cursor: Cursor, type: string, start: number, end: '}' | undefined): Block {
  const labels: string[] = [];
  for (;;) {
    cursor.skipBlank();
    if (cursor.sees('{')) break;
    const label = cursor.sees('"') ? parsePlainString(cursor) : cursor.name();
    if (label === undefined) {
      throw cursor.fault(`unexpected ${cursor.nextAsWords()} after '${type}'`, cursor.at, {
        expected: `= and a value, or a block: ${type} "label" { … }`,
      });
    }
    labels.push(label);
  }
  const location = cursor.since(start);
  cursor.at += 1;
  const body = cursor.nested(() => parseBody(cursor, '}'));
  cursor.at += 1;
  endOfItem(cursor, end);
  return { type, labels, body, location };
}

/** What follows an attribute or a block: the end of the line, of the enclosing block, or of the file. */
function endOfItem(cursor: Cursor, end: '}' | undefined): void {
  cursor.skipBlank();
  if (cursor.isAtEnd || cursor.sees('\n') || cursor.sees('\r\n')) return;
  if (end !== undefined && cursor.sees(end)) return;
  throw cursor.fault(`unexpected ${cursor.nextAsWords()}`, cursor.at, {
    expected: 'a new line after each attribute and block',
  });
}
