/** rpm packages: the database in SQLite, as Fedora and Red Hat have it since 2020. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BytePath } from '../../files/index.ts';
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
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const rows: unknown[] = database.prepare('SELECT blob FROM Packages ORDER BY hnum').all();
      return rows.flatMap((row) => {
        const { blob } = row as { readonly blob?: unknown };
        return blob instanceof Uint8Array ? [Buffer.from(blob)] : [];
      });
    } finally {
      database.close();
    }
  } catch {
    return [];
  }
}

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
