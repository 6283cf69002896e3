/** The small first process of `lamina run --init`: it passes signals on and reaps orphaned processes. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { isStaticProgram } from '../runtime/index.ts';
import { findProgram } from '../system/index.ts';

/** It runs among the image's files, so it must not need libraries. */
const NAMES = ['docker-init', 'tini-static', 'catatonit', 'tini'];

/**
 * @returns host path of a static program
 * @throws AppError CONTAINER_NO_INIT
 */
export async function initProgram(env: Environment): Promise<string> {
  for (const name of NAMES) {
    const path = findProgram(name, env);
    if (path !== undefined && (await isStaticProgram(path))) return path;
  }
  throw new AppError(
    'CONTAINER_NO_INIT',
    '--init needs a static init program, and none is installed',
    {
      expected: `${NAMES.slice(0, 3).join(', ')} in PATH`,
      hint: 'apt-get install tini',
    },
  );
}
