/** Each file of a small store is damaged in each way once: `system check` reports it, or nothing is lost by it. */
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lamina } from '../../src/api/index.ts';
import { AppError } from '../../src/errors.ts';
import { createLamina } from '../../src/lamina.ts';
import { busybox, Workbench } from '../support/cli.ts';

const bench = new Workbench();
const DAMAGES = ['flip', 'cut', 'empty', 'grow', 'remove', 'mode'] as const;
type Damage = (typeof DAMAGES)[number];

/** All layers are exported: of others, contents of steps have no digest yet. */
const DOCKERFILE = `FROM scratch
COPY --chmod=755 busybox /bin/sh
RUN --mount=type=cache,target=/c echo 1 > /c/x && mkdir /dir && echo made > /dir/made && ln -s made /dir/link
WORKDIR /w
`;

beforeAll(async () => {
  const files = { Dockerfile: DOCKERFILE, busybox: readFileSync(busybox()) };
  await bench.succeed(['build', '-q', '-t', 'app', bench.project(files)]);
  await bench.succeed(['save', '-o', join(bench.directory, 'app.tar'), 'app']);
});
afterAll(() => bench[Symbol.dispose]());

/** Why a damage need not be reported: undefined if it must be. */
function harmless(file: string, damage: Damage): string | undefined {
  if (/^mounts\//.test(file)) return 'steps may change cache mounts at any time';
  if (/^(db\/(reserve|collected)|lock|locks\/.*)$/.test(file)) return 'it is made again';
  if (damage === 'mode' && !isOfTree(file)) return 'modes of the store mean nothing to its owner';
  if (
    damage === 'grow' &&
    /^(db\/store\.db|builds\/files\/|layers\/[0-9a-f]+\/layer\.tar)/.test(file)
  ) {
    return 'bytes after the end are not read';
  }
  if (damage === 'remove' && /^builds\//.test(file)) return 'as `builds rm` does';
  if (damage === 'remove' && /layer\.erofs$/.test(file)) return 'it is derived, and made again';
  if (damage === 'flip' && file === 'db/store.db') return 'pages have unused parts: see below';
  return undefined;
}

/** Where modes are part of the content. */
function isOfTree(file: string): boolean {
  return /^layers\/[0-9a-f]+\/tree\//.test(file);
}

/** @returns how to undo it; undefined if the file cannot be damaged so */
function harm(path: string, damage: Damage): (() => void) | undefined {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) {
    if (damage !== 'remove') return undefined;
    const target = readlinkSync(path);
    rmSync(path);
    return () => symlinkSync(target, path);
  }
  const bytes = readFileSync(path);
  if (damage === 'mode') {
    chmodSync(path, stats.mode ^ 0o111);
    return () => chmodSync(path, stats.mode);
  }
  if (damage === 'remove') rmSync(path);
  else if (damage === 'grow') appendFileSync(path, 'more');
  else if (bytes.length === 0) return undefined;
  else if (damage === 'empty') truncateSync(path);
  else if (damage === 'cut') truncateSync(path, Math.floor(bytes.length / 2));
  else {
    const changed = Buffer.from(bytes);
    const at = Math.floor(bytes.length / 3);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(path, changed);
  }
  // A bad disk changes no times.
  if (damage !== 'remove') utimesSync(path, stats.atime, stats.mtime);
  return () => {
    writeFileSync(path, bytes, { mode: stats.mode });
    utimesSync(path, stats.atime, stats.mtime);
  };
}

/** A store of another version, which a flipped bit can make of it, is refused. */
async function isSound(lamina: Lamina): Promise<boolean> {
  try {
    return (await lamina.checkStore()).sound;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

test('every damage is reported, unless nothing is lost by it', async () => {
  const root = bench.store;
  const lamina = createLamina({ root });
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => !lstatSync(join(root, name)).isDirectory())
    .sort();
  const images = await lamina.images();
  const unreported: string[] = [];
  let reported = 0;
  for (const file of files) {
    for (const damage of DAMAGES) {
      const repair = harm(join(root, file), damage);
      if (repair === undefined) continue;
      const sound = await isSound(lamina);
      if (!sound) reported++;
      else if (harmless(file, damage) === undefined) unreported.push(`${damage} ${file}`);
      else if (file === 'db/store.db') expect(await lamina.images()).toEqual(images);
      for (const name of ['db/store.db-wal', 'db/store.db-shm'])
        rmSync(join(root, name), { force: true });
      repair();
    }
  }
  expect(unreported).toEqual([]);
  expect(reported).toBeGreaterThan(files.length / 2);
  expect((await lamina.checkStore()).sound).toBe(true);
});
