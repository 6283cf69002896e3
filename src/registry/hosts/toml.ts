/** Configuration files of other tools: optional, and rejected if invalid. */
import { AppError } from '../../errors.ts';
import { readRegularFile } from '../../system/index.ts';
import { isObject } from '../shape.ts';

/** Bytes. */
const LARGEST = 1 << 20;

export type Table = Readonly<Record<string, unknown>>;

/** The text of a file; undefined if it is missing or unreadable. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return readRegularFile(path, { limit: LARGEST }).toString();
  } catch {
    return undefined;
  }
}

/**
 * A TOML file as a table; undefined when there is none.
 *
 * @throws AppError REGISTRY_CONFIG_INVALID
 */
export async function readToml(path: string): Promise<Table | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const { parse } = await import('smol-toml');
  try {
    return parse(text);
  } catch (error) {
    throw invalidConfig(path, problemOf(error));
  }
}

/** @throws AppError REGISTRY_CONFIG_INVALID */
export async function readJson(path: string): Promise<Table | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Reported below: the parser's message may quote the file.
  }
  throw invalidConfig(path, 'it is not a JSON object');
}

export function invalidConfig(path: string, problem: string): AppError {
  return new AppError('REGISTRY_CONFIG_INVALID', `cannot use ${path}: ${problem}`, {
    hint: 'correct the file; `lamina explain registries` describes the files and their settings',
  });
}

/** Drops the excerpt of the file that follows in the parser's message: it may hold secrets. */
function problemOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [first = ''] = text.split('\n', 1);
  const hasPlace = error instanceof Error && 'line' in error && 'column' in error;
  return hasPlace ? `line ${error.line}, column ${error.column}: ${first}` : first;
}

/** A string of a table; undefined if missing. @throws AppError REGISTRY_CONFIG_INVALID */
export function textOf(table: Table, name: string, path: string): string | undefined {
  const value = table[name];
  if (value === undefined || typeof value === 'string') return value;
  throw invalidConfig(path, `${name} must be a string`);
}

/** A boolean of a table; false if missing. @throws AppError REGISTRY_CONFIG_INVALID */
export function switchOf(table: Table, name: string, path: string): boolean {
  const value = table[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw invalidConfig(path, `${name} must be true or false`);
}

/** A list of strings in a table; a single string counts as a list of one. @throws AppError REGISTRY_CONFIG_INVALID */
export function textsOf(table: Table, name: string, path: string): readonly string[] {
  const value = table[name];
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalidConfig(path, `${name} must be a list of strings`);
}

/** A list of tables in a table. @throws AppError REGISTRY_CONFIG_INVALID */
export function tablesOf(table: Table, name: string, path: string): readonly Table[] {
  const value = table[name];
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw invalidConfig(path, `${name} must be a list of tables`);
}

/** A table in a table; an empty one if missing. @throws AppError REGISTRY_CONFIG_INVALID */
export function tableOf(table: Table, name: string, path: string): Table {
  const value = table[name] ?? {};
  if (isObject(value)) return value;
  throw invalidConfig(path, `${name} must be a table`);
}
