/** The user's builders: a file in the configuration directory, readable by its owner only. */
import { join } from 'node:path';
import type { BuilderTls } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import {
  hasErrorCode,
  homeDirectory,
  readRegularFile,
  replacePrivateFile,
} from '../system/index.ts';

/** Bytes. */
const LARGEST = 1 << 20;

/** A daemon of a builder. */
export interface KnownNode {
  readonly name: string;
  readonly address: string;
  readonly tls?: BuilderTls | undefined;
  /** Platforms that it shall build; absent: those that the daemon names. */
  readonly platforms?: readonly string[] | undefined;
  /** Targets that it builds at once. */
  readonly capacity?: number | undefined;
}

export interface KnownBuilder {
  readonly name: string;
  /** At least one. */
  readonly nodes: readonly KnownNode[];
}

export interface BuildersFile {
  /** The builder of builds that name none; undefined: this machine. */
  readonly current?: string | undefined;
  readonly builders: readonly KnownBuilder[];
}

export function homeOf(env: Environment): string {
  return env.HOME || homeDirectory() || '/';
}

function pathOf(env: Environment): string {
  return join(env.XDG_CONFIG_HOME || join(homeOf(env), '.config'), 'lamina/builders.json');
}

/** @throws AppError BUILDER_CONFIG */
export function readBuilders(env: Environment): BuildersFile {
  const path = pathOf(env);
  let text: string;
  try {
    text = readRegularFile(path, { limit: LARGEST }).toString();
  } catch (error) {
    // Tools that change the user often keep HOME: a home of somebody else chooses nothing.
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return { builders: [] };
    throw invalid(path, error instanceof Error ? error.message : String(error));
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalid(path, 'it is not JSON');
  }
  return checked(document, path);
}

/** Replaces the file at once. */
export async function writeBuilders(env: Environment, file: BuildersFile): Promise<void> {
  await replacePrivateFile(pathOf(env), `${JSON.stringify(file, undefined, 2)}\n`);
}

function checked(document: unknown, path: string): BuildersFile {
  if (!isRecord(document)) throw invalid(path, 'it is not an object');
  const { current, builders = [] } = document;
  if (current !== undefined && typeof current !== 'string')
    throw invalid(path, 'current is not a text');
  const known = Array.isArray(builders) ? builders.map(builderIn) : [];
  if (!Array.isArray(builders) || known.includes(undefined)) {
    throw invalid(path, 'builders is not a list of names with the addresses of nodes');
  }
  return { current, builders: known.filter((one) => one !== undefined) };
}

/** Builders of before there were nodes have an address of their own. */
function builderIn(value: unknown): KnownBuilder | undefined {
  if (!isRecord(value) || typeof value.name !== 'string') return undefined;
  const { name, nodes = [{ ...value, name: firstNode(name) }] } = value;
  if (!Array.isArray(nodes) || nodes.length === 0 || !nodes.every(isNode)) return undefined;
  return { name, nodes };
}

/** The name of a builder's first node, unless it was given another. */
export function firstNode(builder: string): string {
  return `${builder}0`;
}

function isNode(value: unknown): value is KnownNode {
  if (!isRecord(value)) return false;
  const { name, address, tls = {}, platforms = [], capacity = 1 } = value;
  return (
    isText(name) &&
    isText(address) &&
    isRecord(tls) &&
    Object.values(tls).every(isText) &&
    Array.isArray(platforms) &&
    platforms.every(isText) &&
    Number.isSafeInteger(capacity) &&
    Number(capacity) > 0
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(path: string, reason: string): AppError {
  return new AppError('BUILDER_CONFIG', `cannot read ${path}: ${reason}`, {
    hint: 'repair the file, or remove it: it only holds the builders of `lamina builder create`',
  });
}
