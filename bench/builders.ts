/** lamina and the builders it is compared with, each with its own store, behind one interface. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DaemonUsage } from './daemon-usage.ts';
import type { Command } from './measure.ts';

/** The name of the scenarios' base image in every builder. */
export const BASE = 'bench-base';

/** The base image as an OCI archive and as a layout, made by lamina. */
export interface BaseImage {
  readonly archive: string;
  readonly layout: string;
  readonly manifestDigest: string;
}

export interface BuildRequest {
  /** The build context, with the Dockerfile in it. */
  readonly directory: string;
  readonly target?: string | undefined;
  /** Path of the OCI archive to write. */
  readonly archive?: string | undefined;
}

export interface Builder {
  readonly name: string;
  readonly version: string;
  /** Loads the base image; called once. */
  prepare(base: BaseImage): readonly Command[];
  /** One build, as one command, or as several if the builder needs them. */
  build(request: BuildRequest): readonly Command[];
  /** The daemon of the builder, if it has one. */
  readonly daemon?: DaemonUsage | undefined;
}

const ROOT = resolve(process.env.PROGRAM_DIRECTORY ?? '.', '..');
export const LAMINA = process.env.BENCH_LAMINA ?? join(ROOT, 'dist/bin/lamina.js');

export function laminaBuilder(store: string): Builder {
  const lamina = (...args: string[]): Command => ({
    program: process.execPath,
    args: [LAMINA, ...args],
    env: { LAMINA_ROOT: store },
  });
  return {
    name: 'lamina',
    version: outputOf(process.execPath, [LAMINA, '--version']) ?? 'not built',
    prepare: ({ archive }) => [lamina('load', '-q', '-i', archive)],
    build: ({ directory, target, archive }) => [
      lamina(
        'build',
        '-q',
        ...(target === undefined ? [] : ['--target', target]),
        ...(archive === undefined ? ['-t', 'bench'] : ['-o', `type=oci,dest=${archive}`]),
        directory,
      ),
    ],
  };
}

/** Absent unless `BUILDKIT_HOST` names a daemon that answers. Nothing is exported: results stay in its cache. */
export function buildkitBuilder(base: BaseImage): Builder | string {
  const buildctl = process.env.BUILDCTL ?? 'buildctl';
  if (!process.env.BUILDKIT_HOST) return 'BUILDKIT_HOST is not set';
  const info = outputOf(buildctl, ['debug', 'info']);
  if (info === undefined) return 'buildctl does not reach a daemon';
  return {
    name: 'BuildKit',
    version: /BuildKit:\s+\S+ (\S+)/.exec(info)?.[1] ?? '?',
    daemon: DaemonUsage.find('buildkitd'),
    prepare: () => [],
    build: ({ directory, target, archive }) => [
      {
        program: buildctl,
        args: [
          ...['build', '--progress=plain', '--frontend=dockerfile.v0'],
          ...['--local', `context=${directory}`, '--local', `dockerfile=${directory}`],
          ...['--oci-layout', `${BASE}=${base.layout}`],
          ...['--opt', `context:${BASE}=oci-layout://${BASE}@${base.manifestDigest}`],
          ...(target === undefined ? [] : ['--opt', `target=${target}`]),
          ...(archive === undefined ? [] : ['--output', `type=oci,dest=${archive}`]),
        ],
      },
    ],
  };
}

export function buildahBuilder(directory: string): Builder | string {
  const version = outputOf('buildah', ['--version']);
  if (version === undefined) return 'buildah is not installed';
  mkdirSync(directory, { recursive: true });
  const stores = ['--root', `${directory}/root`, '--runroot', `${directory}/run`];
  const buildah = (...args: string[]): Command => ({
    program: 'buildah',
    args: [...stores, ...args],
  });
  return {
    name: 'buildah',
    version: /version (\S+)/.exec(version)?.[1] ?? version,
    prepare: ({ archive }) => [
      {
        program: 'sh',
        args: [
          ...['-c', 'id=$("$@" pull -q "oci-archive:$0") && "$@" tag "$id" "$BASE"', archive],
          ...['buildah', ...stores],
        ],
        env: { BASE },
      },
    ],
    build: ({ directory: context, target, archive }) => [
      buildah(
        ...['bud', '-q', '--layers', '--pull-never', '--network=host', '-t', 'bench'],
        ...(target === undefined ? [] : ['--target', target]),
        context,
      ),
      ...(archive === undefined ? [] : [buildah('push', '-q', 'bench', `oci-archive:${archive}`)]),
    ],
  };
}

/** @returns undefined if the program is missing or fails */
function outputOf(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** The digest of the one manifest of an unpacked OCI layout. */
export function manifestDigestOf(layout: string): string {
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: { digest: string }[];
  };
  const digest = index.manifests[0]?.digest;
  if (digest === undefined) throw new Error(`${layout} names no manifest`);
  return digest;
}
