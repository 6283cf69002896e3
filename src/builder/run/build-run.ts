/** State shared by all parts of one build. */

import type { BuildOptions } from '../../api/index.ts';
import { jointSignal } from '../../concurrency/index.ts';
import type { Environment } from '../../environment.ts';
import type { Warning } from '../../errors.ts';
import type { OnListed } from '../../ops/index.ts';
import type { Emit } from '../../progress/index.ts';
import type { Store } from '../../store/index.ts';

export interface BuildRun {
  readonly options: BuildOptions;
  /** The environment of the caller. */
  readonly env: Environment;
  readonly store: Store;
  readonly emit: Emit;
  readonly warn: (warning: Warning) => void;
  readonly warnings: readonly Warning[];
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Receives the files of each digest. */
  readonly onListed?: OnListed | undefined;
  /** Whether the files of a digest need not be listed again. Absent: nobody needs lists. */
  readonly isListed?: ((digest: string) => boolean) | undefined;
  /** The resolved value of a global ARG SOURCE_DATE_EPOCH whose default names a source. */
  readonly epoch?: string | undefined;
}

export function beginRun(
  { store, env }: Pick<BuildRun, 'store' | 'env'>,
  options: BuildOptions,
): BuildRun {
  const emit = options.onEvent ?? (() => undefined);
  const warnings: Warning[] = [];
  const now = Date.now;
  const warn = (warning: Warning) => {
    warnings.push(warning);
    emit({ kind: 'warning', time: now(), warning });
  };
  const signal = jointSignal(options.signal);
  return { options, env, store, emit, warn, warnings, signal, now };
}
