/**
 * Records of builds, and the lists of files that they refer to. Files of their own, not rows of the database: nothing is lost
 * with them that has to last, so they are written without waiting for the disk, and a build that found everything in the
 * cache, which has nothing to write into the database, need not open a transaction for its record.
 */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hasErrorCode } from '../system/index.ts';
import type { StoreLayout } from './layout.ts';

/** More than anybody looks back, and little on the disk. */
const MOST_RECORDS = 200;
/** Removed together, so that not every build has to look for what goes. */
const BATCH = 20;
const RECORD = /^([0-9a-z]+-[0-9a-f]{6})\.json$/;
const LIST = /^[0-9a-f]{64}$/;

export class BuildRecordStore {
  readonly #layout: StoreLayout;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  /**
   * An id that nobody else has. Ids sort by time.
   * @param started milliseconds since the epoch
   */
  newId(started: number): string {
    return `${started.toString(36).padStart(9, '0')}-${randomBytes(3).toString('hex')}`;
  }

  /** Oldest first. */
  ids(): readonly string[] {
    return this.#names(this.#directory)
      .flatMap((name) => RECORD.exec(name)?.[1] ?? [])
      .sort();
  }

  /** The text of a record; undefined: there is none of that id. */
  read(id: string): string | undefined {
    if (!RECORD.test(`${id}.json`)) return undefined;
    return readIfThere(this.#file(id))?.toString('utf8');
  }

  /** Keeps a record, and at some time forgets the oldest ones. A store that cannot be written keeps nothing. */
  put(id: string, text: string): void {
    if (this.#layout.isReadOnly) return;
    this.#write(this.#file(id), Buffer.from(text));
    const ids = this.ids();
    if (ids.length >= MOST_RECORDS + BATCH) this.remove(ids.slice(0, ids.length - MOST_RECORDS));
  }

  /** Forgets records, and the lists of files that only they referred to. */
  remove(ids: readonly string[]): void {
    for (const id of ids) {
      if (RECORD.test(`${id}.json`)) rmSync(this.#file(id), { force: true });
    }
    const kept = this.ids().map((id) => this.read(id) ?? '');
    for (const name of this.#names(this.#lists)) {
      if (!kept.some((text) => text.includes(name)))
        rmSync(`${this.#lists}/${name}`, { force: true });
    }
  }

  /** @param digest of the files; its last 64 hex digits name the list */
  hasList(digest: string): boolean {
    return existsSync(`${this.#lists}/${nameOf(digest)}`);
  }

  putList(digest: string, text: string): void {
    if (this.#layout.isReadOnly) return;
    this.#write(
      `${this.#lists}/${nameOf(digest)}`,
      zlib().zstdCompressSync(Buffer.from(text, 'latin1')),
    );
  }

  /** The text of a list of files; undefined: it was not kept, or is damaged. */
  readList(digest: string): string | undefined {
    const bytes = readIfThere(`${this.#lists}/${nameOf(digest)}`);
    if (bytes === undefined) return undefined;
    try {
      return zlib().zstdDecompressSync(bytes).toString('latin1');
    } catch {
      return undefined;
    }
  }

  get #directory(): string {
    return `${this.#layout.root}/builds`;
  }

  get #lists(): string {
    return `${this.#directory}/files`;
  }

  #file(id: string): string {
    return `${this.#directory}/${id}.json`;
  }

  #names(directory: string): readonly string[] {
    try {
      return readdirSync(directory);
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return [];
      throw error;
    }
  }

  /** By rename: whoever reads at this moment sees all of it, or nothing. */
  #write(path: string, bytes: Uint8Array): void {
    const temporary = `${this.#directory}/.${randomBytes(6).toString('hex')}`;
    try {
      writeFileSync(temporary, bytes, { mode: 0o600 });
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw error;
      mkdirSync(this.#lists, { recursive: true, mode: 0o700 });
      writeFileSync(temporary, bytes, { mode: 0o600 });
    }
    renameSync(temporary, path);
  }
}

/** Loaded when it is met: a cached build has no list to write. */
function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

function nameOf(digest: string): string {
  const name = digest.slice(-64);
  if (!LIST.test(name)) throw new Error(`not a digest of files: ${digest}`);
  return name;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
