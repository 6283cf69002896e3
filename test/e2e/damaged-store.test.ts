/** Stores whose files were damaged: whatever it is, no command dies of it or takes it for a fault of its own. */
import { spawn } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomFrom } from '../soak/random.ts';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';
import { damageFile, filesIn } from '../support/damage.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

const ROUNDS = Number(process.env.DAMAGE_ROUNDS ?? 12);
let project: string;
let archive: string;

beforeAll(async () => {
  await makeBusyboxImage(bench);
  project = bench.project({
    Dockerfile:
      'FROM busybox AS one\nCOPY file /file\nFROM busybox\nRUN echo made > /made\nCOPY --from=one /file /\n',
    file: 'content',
  });
  archive = join(bench.directory, 'app.tar');
  await bench.succeed(['build', '-q', '-t', 'app', '-o', `type=oci,dest=${archive}`, project]);
  await bench.succeed(['build', '-q', '-t', 'app', project]);
});

function copyStore(target: string): void {
  const asTheyAre = { preserveTimestamps: true, verbatimSymlinks: true };
  cpSync(bench.store, target, { recursive: true, ...asTheyAre });
}

const commands = () => [
  ['images'],
  ['history', 'app'],
  ['inspect', 'app'],
  ['save', '-o', join(bench.directory, 'saved.tar'), 'app'],
  ['run', '--rm', 'app', 'cat', '/made'],
  ['run', '--rm', '--read-only', 'busybox', 'true'],
  ['build', '-q', '-t', 'app', project],
  ['build', '-q', '--no-cache', '-o', `type=docker,dest=${archive}`, project],
  ['load', '-i', archive],
  ['tag', 'app', 'other'],
  ['rmi', 'app'],
  ['system', 'df'],
  ['builder', 'prune', '-f'],
  ['system', 'check'],
];

it('are named by commands, and repaired', async () => {
  const seed = Math.trunc(Date.now() / 1000);
  const random = randomFrom(Number(process.env.DAMAGE_SEED ?? seed));
  const faults: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const store = join(bench.directory, 'damaged');
    copyStore(store);
    const env = { env: { LAMINA_ROOT: store } };
    const files = filesIn(store);
    const weak = random(2) === 0 ? files.filter((name) => name.startsWith('db/')) : files;
    const times = 1 + random(3);
    const done = Array.from({ length: times }, () => {
      const name = weak[random(weak.length)] ?? '';
      return filesIn(store).includes(name) ? damageFile(join(store, name), random) : '';
    });
    const all = commands();
    for (let count = 0; count < 4; count++) {
      const args = all[random(all.length)] ?? [];
      const { status, stderr } = await bench.lamina(args, env);
      const isFault = status === null || /INTERNAL|^ +at |Error: /m.test(stderr);
      if (isFault) faults.push(`${done.join(', ')}: ${args.join(' ')}: ${status}\n${stderr}`);
    }
    const repair = await bench.lamina(['system', 'check', '--repair'], env);
    const check = await bench.lamina(['system', 'check'], env);
    // A flipped bit of `version` is another version.
    const isOther = repair.stderr.includes('STORE_VERSION');
    if (!isOther && (repair.status !== 0 || check.status !== 0)) {
      faults.push(
        `${done.join(', ')}: not repaired\n${repair.stdout}${repair.stderr}${check.stdout}`,
      );
    }
    rmSync(store, { recursive: true });
  }
  expect(faults, `seed ${seed}`).toEqual([]);
});

it('that are removed in the middle of a build are missed', async () => {
  const store = join(bench.directory, 'removed');
  copyStore(store);
  const directory = bench.project(
    {
      Dockerfile: 'FROM busybox\nRUN echo begun; sleep 1; echo made > /made2\nCOPY Dockerfile /\n',
    },
    'removed-project',
  );
  const child = spawn(
    process.execPath,
    [COMMAND, 'build', '--progress=plain', '--no-cache', '-t', 'x', directory],
    { env: { ...process.env, LAMINA_ROOT: store }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (data) => {
    log += data;
    if (/ begun$/m.test(log)) rmSync(store, { recursive: true, force: true });
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect({ status, log }).toMatchObject({
    status: 1,
    log: expect.stringContaining('STORE_DAMAGED'),
  });
  expect(log).not.toContain('INTERNAL');
});
