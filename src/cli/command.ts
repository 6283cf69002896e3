/** A command: a table of flags, the texts of its help, and the function that runs it. */
import type { Lamina } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { type FlagTable, type FlagValues, parseFlags } from './flags.ts';
import type { Io } from './io.ts';
import type { EnterNamespace, NamespaceWish } from './user-namespace.ts';

/** What a command gets besides its arguments. */
export interface CommandContext {
  /** Loaded at first use, so that help and usage errors stay fast. */
  readonly api: () => Promise<Lamina>;
  readonly io: Io;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** `--root` given before the command. */
  readonly root: string | undefined;
  /** Undefined: the command runs in the process of somebody else. */
  readonly enterNamespace?: EnterNamespace | undefined;
}

export interface Invocation<T extends FlagTable> {
  readonly flags: FlagValues<T>;
  readonly args: readonly string[];
  /** How many of them come before `--`; undefined: there is none. */
  readonly beforeDashes: number | undefined;
  readonly given: ReadonlySet<string>;
}

export interface CommandSpec<T extends FlagTable> {
  /** After the command's name: `[OPTIONS] PATH | -`. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** Paragraphs. */
  readonly description?: readonly string[];
  readonly flags: T;
  readonly examples?: readonly Example[];
  /** Fewest and most arguments. */
  readonly args: readonly [number, number];
  /** The hint if there are too few of them. */
  readonly missing?: string;
  readonly interspersed?: boolean;
  /** For commands that read or make files of layers: the user namespace that an ordinary user needs for that. */
  namespace?(flags: FlagValues<T>): NamespaceWish;
  /** @returns the exit status */
  run(invocation: Invocation<T>, context: CommandContext): Promise<number>;
}

export interface Example {
  readonly command: string;
  readonly text: string;
}

/** A command without the types of its flags. */
export interface Command extends Omit<CommandSpec<FlagTable>, 'run' | 'namespace'> {
  /**
   * Parses and runs. @returns the exit status, or `help` if `--help` was given.
   * @param name the command as typed, for messages: `lamina image ls`
   */
  execute(name: string, argv: readonly string[], context: CommandContext): Promise<number | 'help'>;
}

/** Flags of all commands that use the store. */
export const storeFlags = {
  root: {
    kind: 'text',
    value: 'directory',
    help: 'directory of the store (default: $LAMINA_ROOT, else the data directory of the user)',
    group: 'Common',
  },
} as const satisfies FlagTable;

/** Options of commands that ask a builder in Docker. */
export const builderFlags = {
  timeout: {
    kind: 'text',
    value: 'time',
    help: 'timeout for the status of the builder',
    noEffect: 'the store is on this machine',
  },
  builder: {
    kind: 'text',
    value: 'name',
    help: 'builder to use',
    noEffect: 'lamina has only one builder',
  },
} as const satisfies FlagTable;

/** Options of all commands of buildx; where a command has one itself, its own counts. */
export const buildxFlags = {
  builder: { kind: 'text', help: 'choose the builder', noEffect: 'the command needs no builder' },
  debug: {
    kind: 'switch',
    short: 'D',
    help: 'enable debug logging',
    noEffect: 'LAMINA_DEBUG=1 shows stack traces of errors',
  },
} as const satisfies FlagTable;

export function defineCommand<const T extends FlagTable>(spec: CommandSpec<T>): Command {
  const { run, namespace, ...described } = spec;
  return {
    ...described,
    async execute(name, argv, context) {
      const interspersed = spec.interspersed ?? true;
      const table = name.startsWith('lamina buildx ')
        ? { ...buildxFlags, ...spec.flags }
        : spec.flags;
      const parsed = parseFlags(table, argv, { command: name, interspersed });
      if (parsed.help) return 'help';
      checkArguments(name, spec, parsed.args);
      if (namespace !== undefined) await context.enterNamespace?.(namespace(parsed.flags));
      await noteWithoutEffect(table, parsed.given, context.io);
      return run(parsed, context);
    },
  };
}

/** The store's directory: the command's own `--root`, or one given before the command. */
export function rootOf(flags: { readonly root: string | undefined }, context: CommandContext) {
  const root = flags.root ?? context.root;
  return root === '' ? undefined : root;
}

function checkArguments<T extends FlagTable>(
  name: string,
  spec: CommandSpec<T>,
  args: readonly string[],
): void {
  const [fewest, most] = spec.args;
  if (args.length >= fewest && args.length <= most) return;
  const wanted =
    fewest === most
      ? `${fewest}`
      : most === Infinity
        ? `at least ${fewest}`
        : `${fewest} to ${most}`;
  const plural = wanted === '1' || wanted.endsWith(' 1') ? '' : 's';
  throw new AppError(
    'CLI_USAGE',
    `'${name}' takes ${most === 0 ? 'no' : wanted} argument${plural}, ${args.length} given`,
    {
      expected: `${name} ${spec.usage}`,
      hint: (args.length < fewest ? spec.missing : undefined) ?? `see '${name} --help'`,
    },
  );
}

/** Notes which of the given options have no effect, and why; nothing with `--quiet`. */
export async function noteWithoutEffect(
  flags: FlagTable,
  given: ReadonlySet<string>,
  { stderr }: Pick<Io, 'stderr'>,
): Promise<void> {
  for (const name of given) {
    const reason = flags[name]?.noEffect;
    if (reason !== undefined && !given.has('quiet')) {
      await stderr.write(`note: --${name} has no effect: ${reason}\n`);
    }
  }
}
