/** Finds a program that executes OCI runtime specifications. */
import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { findProgram } from '../../system/index.ts';

export interface OciProgram {
  readonly name: 'runc' | 'crun';
  /** Absolute. */
  readonly path: string;
  readonly version: string;
  /** Whether it supports system call filters. */
  readonly seccomp: boolean;
}

const NAMES = ['runc', 'crun'] as const;

/**
 * `LAMINA_RUNTIME` (a name or a path) decides; otherwise runc, then crun, from PATH and the usual directories.
 * @throws AppError RUNTIME_MISSING, RUNTIME_UNUSABLE
 */
export async function findOciProgram(env: Environment): Promise<OciProgram> {
  const wanted = env.LAMINA_RUNTIME;
  if (wanted !== undefined && wanted !== '') {
    const path = findProgram(wanted, env);
    if (path === undefined) {
      throw new AppError('RUNTIME_MISSING', `the program '${wanted}' was not found`, {
        hint: 'set LAMINA_RUNTIME to runc, crun, or the path of one of them',
      });
    }
    return describeProgram(path);
  }
  for (const name of NAMES) {
    const path = findProgram(name, env);
    if (path !== undefined) return describeProgram(path);
  }
  throw new AppError('RUNTIME_MISSING', 'RUN needs runc or crun, and neither was found', {
    hint: 'install one of them: apt-get install runc',
  });
}

async function describeProgram(path: string): Promise<OciProgram> {
  let text: string;
  try {
    text = (await promisify(execFile)(path, ['--version'])).stdout;
  } catch (cause) {
    throw unusable(path, cause);
  }
  const named = /^(runc|crun) version (\S+)/m.exec(text);
  const name = NAMES.find((known) => known === (named?.[1] ?? basename(path)));
  if (!name) throw unusable(path);
  // runc prints the library it was linked with, crun its features.
  const seccomp = /^libseccomp:/m.test(text) || /\+SECCOMP\b/.test(text);
  return { name, path, version: named?.[2] ?? 'unknown', seccomp };
}

function unusable(path: string, cause?: unknown): AppError {
  return new AppError('RUNTIME_UNUSABLE', `'${path}' is not a working runc or crun`, {
    hint: 'set LAMINA_RUNTIME to the path of runc or crun',
    cause,
  });
}
