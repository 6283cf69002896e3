/** rpm packages: the database in SQLite, as Fedora and Red Hat have it since 2020. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { BytePath } from '../../files/index.ts';
import { loadSqlite } from '../../system/index.ts';
import { decodeRpmHeader } from './rpm-header.ts';
import type { Described } from './types.ts';

const DATABASE = /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm|usr\/share\/rpm)\/rpmdb\.sqlite$/;

export function isRpmFile(path: BytePath): boolean {
  return DATABASE.test(path);
}

/** SQLite reads files only: the database is written to a temporary directory, which is removed. A damaged one has no packages. */
export function rpmPackages(database: Buffer): Described[] {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-rpm-'));
  try {
    const path = join(directory, 'rpmdb.sqlite');
    writeFileSync(path, withoutJournal(database), { mode: 0o600 });
    return headersIn(path).flatMap((bytes) => {
      const header = decodeRpmHeader(bytes);
      if (header === undefined || header.name === 'gpg-pubkey') return [];
      const { name, version } = header;
      const paths = header.files.map((file) => file.slice(1));
      return [{ type: 'rpm', name, version, files: { kind: 'list', paths } } as const];
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function headersIn(path: string): Buffer[] {
  const { DatabaseSync } = loadSqlite();
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
      return isPlainTable(database) ? blobsIn(database, statSync(path).size) : [];
    } finally {
      database.close();
    }
  } catch {
    return [];
  }
}

/** A view or a generated column can compute rows without end. */
function isPlainTable(database: DatabaseSync): boolean {
  const found = database
    .prepare("SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = 'Packages'")
    .get();
  if (!(Number(found?.rootpage) > 0)) return false;
  const columns = database.prepare("PRAGMA table_xinfo('Packages')").all();
  return columns.every(({ hidden }) => hidden === 0);
}

/**
 * The pages of a crafted database can refer to each other so often that it has more rows than bytes, or rows larger than itself.
 * Such a database counts as damaged. Without ORDER BY: sorting would need all rows first.
 * @param size of the database in bytes
 */
function blobsIn(database: DatabaseSync, size: number): Buffer[] {
  const rows = database
    .prepare('SELECT CASE WHEN length(blob) <= ? THEN blob END AS blob FROM Packages')
    .iterate(size);
  const blobs: Buffer[] = [];
  let rest = size;
  for (const row of rows) {
    const { blob } = row as { readonly blob?: unknown };
    rest -= LEAST_ROW;
    if (blob instanceof Uint8Array) {
      rest -= blob.length;
      blobs.push(Buffer.from(blob));
    }
    if (rest < 0) return [];
  }
  return blobs;
}

/** Bytes of a row in its page, at least. */
const LEAST_ROW = 4;

const WRITE_VERSION = 18;
const READ_VERSION = 19;

/** Opening a database in WAL mode needs its journal, which the image may have left out. */
function withoutJournal(database: Buffer): Buffer {
  const copy = Buffer.from(database);
  if (copy.length > READ_VERSION) {
    copy[WRITE_VERSION] = 1;
    copy[READ_VERSION] = 1;
  }
  return copy;
}
