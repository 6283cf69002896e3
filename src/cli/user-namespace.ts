/** Commands that read or make files of layers run, for ordinary users, as root of a user namespace. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { hasOneId, isRoot } from '../system/index.ts';
import type { UsernsRemap } from '../user-namespace/index.ts';
import type { FlagTable } from './flags.ts';
import type { Io } from './io.ts';

export interface NamespaceWish {
  /** As `--isolation` has it; undefined: the default of the environment. */
  readonly isolation?: string | undefined;
  /** As `--userns-remap` has it; undefined: the default of the environment. */
  readonly remap?: string | undefined;
}

/** Replaces this process by the same command in a namespace, or returns if it needs none or cannot have one. */
export type EnterNamespace = (wish: NamespaceWish) => Promise<void>;

const REMAPS = ['auto', 'single'] as const satisfies readonly UsernsRemap[];

/** @param group heading in the help */
export function remapFlag(group: string) {
  return {
    'userns-remap': {
      kind: 'text',
      value: 'type',
      group,
      choices: REMAPS,
      help: "IDs of an ordinary user's namespace: auto (subordinate IDs, if there are any) or single (all files belong to the user; default: $LAMINA_USERNS_REMAP, else auto)",
    },
  } as const satisfies FlagTable;
}

/** What a command with the flags of steps wants. */
export function namespaceOfFlags(flags: {
  readonly isolation: string | undefined;
  readonly 'userns-remap': string | undefined;
}): NamespaceWish {
  return { isolation: flags.isolation, remap: flags['userns-remap'] };
}

/** What a command without such flags wants: layers of earlier builds may have any form. */
export function namespaceOfStore(): NamespaceWish {
  return { isolation: 'auto' };
}

/** @param argv of the process: the program and everything after it */
export function namespaceEntry(argv: readonly string[], env: Environment, io: Io): EnterNamespace {
  return async (wish) => {
    const remap = remapOf(wish, env);
    if (isRoot()) {
      if (remap === 'single' && !hasOneId()) {
        await io.stderr.write('note: --userns-remap=single has no effect: root has all IDs\n');
      }
      return;
    }
    const isolation = wish.isolation ?? (env.LAMINA_ISOLATION || 'auto');
    if (process.platform !== 'linux' || (isolation !== 'auto' && isolation !== 'userns')) return;
    const { enterUserNamespace } = await import('../user-namespace/index.ts');
    const [program = process.execPath, ...args] = argv;
    await enterUserNamespace([program, ...process.execArgv, '--', ...args], { remap, env });
  };
}

function remapOf(wish: NamespaceWish, env: Environment): UsernsRemap {
  const text = wish.remap ?? (env.LAMINA_USERNS_REMAP || 'auto');
  const found = REMAPS.find((one) => one === text);
  if (found !== undefined) return found;
  throw new AppError('CLI_USAGE', `unknown value '${text}' in LAMINA_USERNS_REMAP`, {
    expected: REMAPS.join(', '),
  });
}
