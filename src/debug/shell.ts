/** The shell to start: the image's own, or that of a static busybox from outside, which changes nothing in the image. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { type FileTree, resolveInTree, toBytes } from '../files/index.ts';
import { ensureLayers } from '../layers/index.ts';
import { isStaticProgram, type LowerDirectory, type WantedMount } from '../runtime/index.ts';
import type { LayerId, Store } from '../store/index.ts';
import { findProgram } from '../system/index.ts';

/** Where programs from outside are mounted: /dev belongs to the container, so nothing of the image is covered. */
export const TOOLS = '/dev/.lamina-debug';

export interface Shell {
  readonly args: readonly string[];
  /** A directory with programs from outside; undefined: the image has a shell. */
  readonly tools: Tools | undefined;
}

export interface Tools {
  /** Layers that `mount` takes as lower directories. */
  readonly layers: readonly LayerId[];
  mount(lowers: readonly LowerDirectory[]): WantedMount;
}

export interface ShellOptions {
  readonly store: Store;
  readonly tree: FileTree;
  readonly env: Environment;
  /** Layers of the image of tools, if one was asked for. */
  readonly toolLayers: readonly LayerId[] | undefined;
  readonly signal: AbortSignal | undefined;
}

const SHELLS = ['/bin/bash', '/usr/bin/bash', '/bin/sh', '/usr/bin/sh', '/bin/ash', '/busybox/sh'];

/** @throws AppError DEBUG_NO_SHELL */
export async function findShell(options: ShellOptions): Promise<Shell> {
  const { tree, toolLayers } = options;
  if (toolLayers !== undefined) return { args: [`${TOOLS}/sh`], tools: await ofImage(options) };
  const own = SHELLS.find((path) => isProgram(tree, path));
  if (own !== undefined) return { args: [own], tools: undefined };
  return { args: [`${TOOLS}/sh`], tools: await ofMachine(options) };
}

function isProgram(tree: FileTree, path: string): boolean {
  try {
    const { entry } = resolveInTree(tree, toBytes(path));
    return entry?.type === 'file' && (entry.mode & 0o111) !== 0;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

async function ofImage({ store, toolLayers = [], signal }: ShellOptions): Promise<Tools> {
  await ensureLayers(store, toolLayers, { signal });
  return {
    layers: toolLayers,
    mount: (lowers) => ({
      ...{ kind: 'layers', lowers, source: 'bin', target: TOOLS, targetKind: 'directory' },
    }),
  };
}

async function ofMachine({ store, env }: ShellOptions): Promise<Tools> {
  const path = await staticBusybox(env);
  const directory = join(await store.temporaryDirectory(), 'tools');
  await mkdir(directory);
  await copyFile(path, join(directory, 'busybox'));
  const { stdout } = await promisify(execFile)(path, ['--list'], { encoding: 'utf8' });
  for (const name of stdout.split('\n')) {
    if (/^[\w[.-]+$/.test(name) && name !== 'busybox') {
      await symlink('busybox', join(directory, name));
    }
  }
  const source = Buffer.from(directory).toString('latin1');
  const mount = { kind: 'bind', source, target: TOOLS, readonly: true } as const;
  return { layers: [], mount: () => ({ ...mount, targetKind: 'directory' }) };
}

/** In another root, only a program without libraries runs. */
async function staticBusybox(env: Environment): Promise<string> {
  for (const name of ['busybox-static', 'busybox', 'busybox.static']) {
    const path = findProgram(name, env);
    if (path !== undefined && (await isStaticProgram(path))) return path;
  }
  throw new AppError('DEBUG_NO_SHELL', 'the image has no shell, and this machine has none for it', {
    expected: 'a static busybox in PATH, or an image of tools',
    hint: 'apt-get install busybox-static, or add --tools busybox:musl',
  });
}
