/** A builder that is measured, behind one interface: it answers tasks with commands. */
import { execFileSync } from 'node:child_process';
import type { DaemonUsage } from '../daemon-usage.ts';
import type { Work } from '../least-work/work.ts';
import type { Command } from '../measure.ts';

/** The name of the rows' base image in every builder. */
export const BASE = 'bench-base';
/** The name of an image that a row loads from an archive. */
export const LOADED = 'bench-loaded';

export type ArchiveCompression = 'gzip' | 'zstd' | 'uncompressed';

/** An image as an archive (an OCI layout that is a Docker archive too), and the same unpacked. */
export interface ImageFiles {
  readonly archive: string;
  readonly layout: string;
  readonly manifestDigest: string;
}

/** What a row asks of a builder. */
export type Task =
  | {
      readonly kind: 'build';
      /** The build context, with the Dockerfile in it. */
      readonly directory: string;
      readonly target?: string | undefined;
      /** Whether its base image comes from a registry on this machine without TLS. */
      readonly pulls?: boolean | undefined;
      /** An image to load first, as LOADED. */
      readonly load?: ImageFiles | undefined;
      /** An archive to write the image to. */
      readonly output?: { readonly path: string; readonly compression: ArchiveCompression };
      /** What no builder can leave out, where that can be told. */
      readonly least?: readonly Work[] | undefined;
    }
  /** Pushes the image of a directory that was built before, in a registry on this machine without TLS. */
  | {
      readonly kind: 'push';
      readonly directory: string;
      readonly reference: string;
      readonly least?: readonly Work[] | undefined;
    }
  /** A start of the program that does no work. */
  | { readonly kind: 'start'; readonly args: readonly string[] };

export interface Builder {
  readonly name: string;
  readonly version: string;
  /** Makes the base image known; called once. */
  prepare(base: ImageFiles): readonly Command[];
  /** The commands that do the task, one after the other; undefined if the builder has no way to do it. */
  commands(task: Task): readonly Command[] | undefined;
  /** The daemon of the builder, if it has one; `unknown`: its processor time and memory cannot be told. */
  readonly daemon?: DaemonUsage | 'unknown' | undefined;
}

/** @returns undefined if the program is missing or fails */
export function outputOf(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** The same task, with the image written to an archive: how the results of builders are compared. */
export function archiving(task: Task, path: string): Task | undefined {
  if (task.kind === 'start') return undefined;
  const { directory } = task;
  const target = task.kind === 'build' ? task.target : undefined;
  const load = task.kind === 'build' ? task.load : undefined;
  const pulls = task.kind === 'build' ? task.pulls : true;
  const output = { path, compression: 'uncompressed' } as const;
  return { kind: 'build', directory, target, pulls, load, output };
}
