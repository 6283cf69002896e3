/**
 * Records of builds, and the lists of files that they refer to. They are separate files, not rows of the database: they
 * need not be durable, so they are written without syncing, and a fully cached build, which writes nothing else, needs
 * no transaction for its record.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { hasErrorCode } from '../system/index.ts';
import type { FrameProblem } from './check-frame.ts';
import { layoutOf, type StoreLayout } from './layout.ts';

/** Far more records than users look back, and small on the disk. */
const MOST_RECORDS = 200;
/** Records removed at once, so that not every build has to look for old ones. */
const BATCH = 20;
const RECORD = /^([0-9a-z]+-[0-9a-f]{6})\.json$/;
const LIST = /^[0-9a-f]{64}$/;
/** No store, none of this user, or no directory at all. */
const NOT_READABLE = ['ENOENT', 'ENOTDIR', 'EACCES'] as const;

/**
 * The records of the store in a directory, without opening its database. There are none where there is no store that this
 * user may read.
 * @param root directory of the store
 */
export function buildRecordsIn(root: string): BuildRecordStore {
  return new BuildRecordStore({ ...layoutOf(resolve(root)), isReadOnly: true });
}

export class BuildRecordStore {
  readonly #layout: StoreLayout;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  /**
   * Makes a unique id. Ids sort by time.
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

  /** The text of a record; undefined if there is none with that id. */
  read(id: string): string | undefined {
    if (!RECORD.test(`${id}.json`)) return undefined;
    return unsealed(readIfThere(this.#file(id)))?.text;
  }

  /** Stores a record, and from time to time removes the oldest ones. A read-only store keeps nothing. */
  put(id: string, text: string): void {
    if (this.#layout.isReadOnly) return;
    this.#write(this.#file(id), sealed(text));
    const ids = this.ids();
    if (ids.length >= MOST_RECORDS + BATCH) this.remove(ids.slice(0, ids.length - MOST_RECORDS));
  }

  /** Removes records, and the lists of files that only they refer to. */
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
      zlib().zstdCompressSync(Buffer.from(text, 'latin1'), { params: quickly() }),
    );
  }

  /** The text of a list of files; undefined if it is missing or damaged. */
  readList(digest: string): string | undefined {
    const bytes = readIfThere(`${this.#lists}/${nameOf(digest)}`);
    if (bytes === undefined) return undefined;
    try {
      return zlib().zstdDecompressSync(bytes).toString('latin1');
    } catch {
      return undefined;
    }
  }

  /** Records and lists that have changed since they were written. */
  damaged(): readonly FrameProblem[] {
    const problem = 'it has changed since it was written';
    const records = this.ids().filter((id) => {
      const found = unsealed(readIfThere(this.#file(id)));
      return found?.isSound === false;
    });
    const lists = this.#names(this.#lists).filter((name) => this.readList(name) === undefined);
    return [
      ...records.map((id) => ({ path: this.#file(id), problem })),
      ...lists.map((name) => ({ path: `${this.#lists}/${name}`, problem })),
    ];
  }

  /** Removes what `damaged` has found: builds are forgotten, or no longer know which files they used. */
  removeDamaged(): void {
    for (const { path } of this.damaged()) rmSync(path, { force: true });
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
      if (hasErrorCode(error, ...NOT_READABLE)) return [];
      throw error;
    }
  }

  /** Writes by rename: concurrent readers see the whole file or nothing. */
  #write(path: string, bytes: Uint8Array): void {
    const temporary = `${this.#directory}/.${randomBytes(6).toString('hex')}`;
    try {
      writeFileSync(temporary, bytes, { mode: 0o600 });
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw error;
      // Not recursive: a store that was removed meanwhile must not come back with nothing but a record.
      for (const directory of [this.#directory, this.#lists]) makeDirectory(directory);
      writeFileSync(temporary, bytes, { mode: 0o600 });
    }
    renameSync(temporary, path);
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
  }
}

const SEAL = /\n#([0-9a-f]{64})\n$/;

/** The text, and the digest of it in a last line. */
function sealed(text: string): Buffer {
  return Buffer.from(`${text}\n#${sha256(text)}\n`);
}

/** Of a damaged record, the text is not JSON. Records of earlier versions have no digest. */
function unsealed(
  bytes: Buffer | undefined,
): { readonly text: string; readonly isSound: boolean } | undefined {
  if (bytes === undefined) return undefined;
  const whole = bytes.toString('utf8');
  const seal = SEAL.exec(whole);
  if (seal === null) return { text: whole, isSound: isJson(whole) };
  const text = whole.slice(0, seal.index);
  return sha256(text) === seal[1] ? { text, isSound: true } : { text: whole, isSound: false };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Fast: most of a list is digests, which no level makes much smaller. */
function quickly(): Record<number, number> {
  const { ZSTD_c_checksumFlag, ZSTD_c_compressionLevel } = zlib().constants;
  return { [ZSTD_c_checksumFlag]: 1, [ZSTD_c_compressionLevel]: 1 };
}

/** Loaded on use: a cached build writes no list. */
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
    if (hasErrorCode(error, ...NOT_READABLE)) return undefined;
    throw error;
  }
}
