/** The commands that a soak runs: mostly tiny builds, and what else people do to a store meanwhile. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkArchive } from './check-archive.ts';
import type { Random } from './random.ts';

export interface Task {
  readonly kind: TaskKind;
  readonly args: readonly string[];
  /** Error codes that are no fault: the image may just have been removed. */
  readonly allowed?: readonly string[];
  /** Verifies what a successful command wrote. @throws Error that says what is wrong */
  readonly verify?: () => void;
}

export const TASK_KINDS = [
  'build',
  'load',
  'save',
  'rmi',
  'images',
  'df',
  'image-prune',
  'builder-prune',
] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** Out of a hundred commands. */
const SHARES: Readonly<Record<TaskKind, number>> = {
  build: 70,
  load: 6,
  save: 3,
  rmi: 8,
  images: 3,
  df: 1,
  'image-prune': 3,
  'builder-prune': 6,
};

/** Few, so that commands meet. */
const TAGS = 12;
const CONTENTS = 6;

export interface TaskSettings {
  readonly random: Random;
  /** The number of the task: no two are the same. */
  readonly number: number;
  /** Of the worker alone; has room for a context. */
  readonly directory: string;
  /** An archive of `loaded:latest`. */
  readonly archive: string;
  readonly without: ReadonlySet<TaskKind>;
}

export function nextTask(settings: TaskSettings): Task {
  const { random } = settings;
  const kind = pickKind(settings);
  const tag = `soak-${random(TAGS)}`;
  switch (kind) {
    case 'build':
      return buildTask(settings, tag);
    case 'load':
      return { kind, args: ['load', '-q', '-i', settings.archive] };
    case 'save': {
      const target = join(settings.directory, 'saved.tar');
      const args = ['save', '-o', target, tag];
      return { kind, args, allowed: ['IMAGE_NOT_FOUND'], verify: () => checkAndRemove(target) };
    }
    case 'rmi': {
      const name = random(4) === 0 ? 'loaded' : tag;
      return { kind, args: ['rmi', name], allowed: ['IMAGE_NOT_FOUND'] };
    }
    case 'images':
      return { kind, args: ['images'] };
    case 'df':
      return { kind, args: ['system', 'df'] };
    case 'image-prune':
      return { kind, args: ['image', 'prune', '-f'] };
    case 'builder-prune':
      return { kind, args: ['builder', 'prune', random(2) === 0 ? '-f' : '-af'] };
  }
}

function pickKind({ random, without }: TaskSettings): TaskKind {
  const kinds = TASK_KINDS.filter((kind) => !without.has(kind));
  let ticket = random(kinds.reduce((sum, kind) => sum + SHARES[kind], 0));
  for (const kind of kinds) {
    ticket -= SHARES[kind];
    if (ticket < 0) return kind;
  }
  return 'build';
}

function buildTask({ random, number, directory }: TaskSettings, tag: string): Task {
  const instruction = random(2) === 0 ? 'COPY' : 'ADD';
  const content = random(2) === 0 ? `unique ${number}` : `common ${random(CONTENTS)}`;
  writeFileSync(join(directory, 'file'), content);
  writeFileSync(join(directory, 'Dockerfile'), `FROM base\n${instruction} file /file\n`);
  const archive = join(directory, 'built.tar');
  const isExported = random(3) > 0;
  const args = [
    ...['build', '--progress=plain'],
    ...(random(3) > 0 ? ['--no-cache'] : []),
    ...(isExported ? ['-o', `type=docker,dest=${archive}`] : []),
    ...(isExported && random(2) === 0 ? [] : ['-t', tag]),
    directory,
  ];
  return {
    kind: 'build',
    args,
    ...(isExported && { verify: () => checkAndRemove(archive) }),
  };
}

function checkAndRemove(archive: string): void {
  checkArchive(archive);
  rmSync(archive);
}
