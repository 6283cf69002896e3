/** Chooses the runtime of this machine. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { findOciProgram, OciRuntime } from './oci/index.ts';
import type { Runtime, RuntimeOptions } from './process/index.ts';

/** A runtime for this machine and user. Failures to find one are reported by its first `run`. */
export function openRuntime(options: RuntimeOptions): Runtime {
  return new OciRuntime(options);
}

export interface RuntimeDescription {
  readonly name: string;
  /** The program's, absolute. */
  readonly path: string;
  readonly version: string;
}

/**
 * The runtime of this machine, for people.
 *
 * @param env has PATH and LAMINA_RUNTIME
 * @returns undefined when nothing was found
 */
export async function describeRuntime(env: Environment): Promise<RuntimeDescription | undefined> {
  try {
    const { name, path, version } = await findOciProgram(env);
    return { name, path, version };
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
