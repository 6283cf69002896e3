/** Runs the process of a debug session: a shell, or a command, whose changes are discarded. */
import { mkdir } from 'node:fs/promises';
import type { DebugOptions } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import type { FileTree } from '../files/index.ts';
import { type LowerDirectory, LowerSource } from '../layers/index.ts';
import {
  explainedStart,
  isMountFailure,
  openRuntime,
  type ProcessRequest,
  type ProcessResult,
  prepareProcess,
  programContext,
  type Runtime,
  runForeground,
  type WantedMount,
} from '../runtime/index.ts';
import type { LayerId, Store } from '../store/index.ts';
import { type Shell, TOOLS } from './shell.ts';

export interface DebugProcess {
  /** The root file system, bottom first, and its files. */
  readonly layers: readonly LayerId[];
  readonly tree: FileTree;
  readonly shell: Shell;
  /** All but the root, the arguments and the mounts. */
  readonly request: Omit<ProcessRequest, 'lowers' | 'upper' | 'args' | 'mounts'>;
  /** Further layers of mounts. */
  readonly mountLayers: readonly LayerId[];
  mounts(lowers: readonly LowerDirectory[]): readonly WantedMount[];
}

/** @param options of the runtime: its standard streams */
export function openDebugRuntime(
  store: Store,
  env: Environment,
  { isolation, stdio = 'inherit', signal }: DebugOptions,
): Runtime {
  return openRuntime({
    temporaryDirectory: () => store.temporaryDirectory(),
    ...{ env, isolation, signal, stdio: stdio === 'inherit' ? 'foreground' : 'pipe' },
  });
}

/** @throws AppError RUNTIME_…, USER_UNKNOWN, GROUP_UNKNOWN; AbortedError */
export async function runDebugProcess(
  { store, env, runtime }: { store: Store; env: Environment; runtime: Runtime },
  wanted: DebugProcess,
  options: DebugOptions,
): Promise<ProcessResult> {
  const upper = `${await store.temporaryDirectory()}/root`;
  await mkdir(upper, { mode: 0o755 });
  const { layers, tree, shell, mountLayers } = wanted;
  const toolLayers = shell.tools?.layers ?? [];
  const args = (options.command ?? []).length > 0 ? (options.command ?? []) : shell.args;
  const run = async (lowers: readonly LowerDirectory[]) => {
    const [ofMounts, ofTools] = [layers.length, layers.length + mountLayers.length];
    const tools = shell.tools?.mount(lowers.slice(ofTools));
    const spec = prepareProcess(
      {
        ...wanted.request,
        env: environment(wanted.request.env, { hasTools: tools !== undefined, tty: options.tty }),
        lowers: lowers.slice(0, ofMounts),
        upper: Buffer.from(upper).toString('latin1'),
        args,
        mounts: [...wanted.mounts(lowers.slice(ofMounts, ofTools)), ...(tools ? [tools] : [])],
        terminal: options.tty,
      },
      tree,
    );
    const { stdio = 'inherit', interactive = false } = options;
    const running =
      stdio === 'inherit'
        ? runForeground(spec, { runtime, interactive })
        : runtime.run(spec, {
            onOutput: (stream, data) =>
              stream === 'stdout' ? stdio.stdout(data) : stdio.stderr(data),
          });
    return running.catch(async (error: unknown) => {
      throw await explainedStart(
        error,
        args[0] ?? '',
        programContext(spec, { tree, hostEnv: env }),
      );
    });
  };
  const { capabilities } = runtime;
  const forms = { form: capabilities, erofs: capabilities.mounts.erofs };
  const source = new LowerSource(store, () => forms);
  const use = { isMountFailure, signal: options.signal };
  return source.use([...layers, ...mountLayers, ...toolLayers], run, use);
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Programs from outside come last: those of the image are what people look for. */
function environment(
  own: readonly string[],
  { hasTools, tty = false }: { readonly hasTools: boolean; readonly tty: boolean | undefined },
): readonly string[] {
  const term = tty && !own.some((line) => line.startsWith('TERM=')) ? ['TERM=xterm'] : [];
  if (!hasTools) return [...term, ...own];
  const path = own.findLast((line) => line.startsWith('PATH=')) ?? `PATH=${DEFAULT_PATH}`;
  return [...term, ...own.filter((line) => !line.startsWith('PATH=')), `${path}:${TOOLS}`];
}
