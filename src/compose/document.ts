/** YAML files as plain values with places. */
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Environment } from '../environment.ts';
import { AppError, type SourceLocation, type SourcePosition } from '../errors.ts';
import { InterpolationFault, interpolate } from './interpolate.ts';

/** A Compose file. */
export interface ComposeFile {
  /** As the user wrote it. */
  readonly name: string;
  readonly text: string;
}

/** What YAML and JSON can hold. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainMap;
export interface PlainMap {
  readonly [key: string]: Plain;
}

export interface ComposeDocument {
  readonly file: ComposeFile;
  readonly root: PlainMap;
  /** The place of a value; that of the nearest one around it, if it is not in this file. */
  readonly locate: (path: readonly (string | number)[]) => SourceLocation;
  /** The place of a key; that of its value, if the key is not written out. */
  readonly locateKey: (path: readonly (string | number)[]) => SourceLocation;
}

/**
 * Reads a file, and replaces its variables.
 *
 * @throws AppError COMPOSE_INVALID
 */
export function readDocument(file: ComposeFile, env: Environment): ComposeDocument {
  const counter = new LineCounter();
  const document = parseDocument(file.text, {
    lineCounter: counter,
    merge: true,
    logLevel: 'silent',
  });
  const locationOf = (start: number, end: number): SourceLocation => ({
    file: file.name,
    text: file.text,
    range: { start: position(counter, start), end: position(counter, end) },
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const [message = ''] = error.message.split('\n');
    throw new AppError(
      'COMPOSE_INVALID',
      `the file is not valid YAML: ${message.replace(/ at line \d.*$/, '')}`,
      {
        location: locationOf(...error.pos),
      },
    );
  }
  const locate = (path: readonly (string | number)[]): SourceLocation => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (!isNode(node) || node.range == null) continue;
      return locationOf(node.range[0], node.range[1]);
    }
    return locationOf(0, 0);
  };
  const locateKey = (path: readonly (string | number)[]): SourceLocation => {
    const parent = path.length < 2 ? document.contents : document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
      : undefined;
    const range = isScalar(pair?.key) ? pair.key.range : undefined;
    return range == null ? locate(path) : locationOf(range[0], range[1]);
  };
  const plain = asPlain(document.toJS({ maxAliasCount: 1000 }));
  if (!isPlainMap(plain)) {
    throw new AppError('COMPOSE_INVALID', 'a Compose file is a mapping with services', {
      location: locate([]),
      expected: 'services: …',
    });
  }
  const root = interpolated(plain, [], { env, locate });
  return { file, locate, locateKey, root: isPlainMap(root) ? root : {} };
}

function position(counter: LineCounter, offset: number): SourcePosition {
  const { line, col } = counter.linePos(offset);
  return { line, column: col, offset };
}

function asPlain(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(asPlain);
  if (value instanceof Date) return value.toISOString();
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asPlain(item)]));
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return null;
}

export function isPlainMap(value: Plain | undefined): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Interpolation {
  readonly env: Environment;
  readonly locate: ComposeDocument['locate'];
}

function interpolated(
  value: Plain,
  path: readonly (string | number)[],
  around: Interpolation,
): Plain {
  if (typeof value === 'string') {
    try {
      return interpolate(value, around.env);
    } catch (error) {
      if (!(error instanceof InterpolationFault)) throw error;
      throw new AppError('COMPOSE_INVALID', error.message, { location: around.locate(path) });
    }
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => interpolated(item, [...path, index], around));
  }
  if (!isPlainMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, interpolated(item, [...path, key], around)]),
  );
}
