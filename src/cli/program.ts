/** From a command line to an exit status: finds the command, runs it, and shows errors. */

import type { Lamina } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AbortedError, AppError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { packageVersion } from '../package-version.ts';
import { withBuildxOptions } from './buildx-words.ts';
import { type Command, type CommandContext, noteWithoutEffect } from './command.ts';
import { commandList, type FoundCommand, findCommand, subcommandsOf } from './command-list.ts';
import { findMissing } from './commands-not-yet.ts';
import { checkStatusOf, runStatusOf, statusOf } from './exit-status.ts';
import { parseFlags } from './flags.ts';
import { globalFlags } from './global-flags.ts';
import { COLLECT } from './hidden-commands.ts';
import { type Io, PipeClosed, useColor } from './io.ts';
import type { EnterNamespace } from './user-namespace.ts';

export interface ProgramOptions {
  readonly argv: readonly string[];
  readonly io: Io;
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly api: () => Promise<Lamina>;
  readonly enterNamespace?: EnterNamespace;
}

/** Runs one command line. @returns the exit status; never throws */
export async function runProgram(options: ProgramOptions): Promise<number> {
  const { io, env } = options;
  let debug = isOn(env.LAMINA_DEBUG);
  let status = statusOf;
  try {
    const parsed = parseFlags(globalFlags, options.argv, {
      command: 'lamina',
      interspersed: false,
    });
    debug ||= parsed.flags.debug;
    const words = withBuildxOptions(parsed.args);
    await noteWithoutEffect(globalFlags, parsed.given, io);
    if (parsed.flags.version && !parsed.help) return await showVersion(io);
    if (parsed.help || words.length === 0) return await showRootHelp(io);
    if (words[0] === 'help') return await showHelpOf(words.slice(1), io);
    if (words[0] === COMPLETE) return await showCompletions(words.slice(1), options);
    if (words[0] === COLLECT)
      return await collectHidden(words[1] ?? '{}', options, parsed.flags.root);
    if (words[0] === MANUAL) return await showManual(io);
    const group = askedGroup(words);
    if (group !== undefined) return await showGroupHelp(group, io);
    const found = requireCommand(words);
    status = STATUS_OF.get(found.entry.name) ?? statusOf;
    const command = await found.entry.load();
    return await execute(found, command, { ...options, root: parsed.flags.root });
  } catch (thrown) {
    const error = options.signal.aborted && isAbort(thrown) ? new AbortedError() : thrown;
    if (!(error instanceof PipeClosed)) {
      const { renderError } = await import('./render-error.ts');
      await io.stderr.write(renderError(error, { color: useColor(io, env), debug }));
    }
    return status(error);
  }
}

async function collectHidden(
  limits: string,
  { api, signal }: ProgramOptions,
  root: string | undefined,
): Promise<number> {
  const { collect } = await import('./collector.ts');
  return collect(limits, { api: await api(), root, signal });
}

/** Commands whose errors are to be told from their results. */
const STATUS_OF: ReadonlyMap<string, typeof statusOf> = new Map([
  ['run', runStatusOf],
  ['debug', runStatusOf],
  ['check', checkStatusOf],
  ['compare', checkStatusOf],
  ['fmt', checkStatusOf],
]);

/** Whether an error only says that a wait or stream was aborted. */
function isAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('suppressed' in error) return isAbort(error.suppressed);
  return error.name === 'AbortError';
}

async function execute(
  found: FoundCommand,
  command: Command,
  context: CommandContext,
): Promise<number> {
  const outcome = await command.execute(`lamina ${found.typed}`, found.rest, context);
  if (outcome !== 'help') return outcome;
  const { commandHelp } = await import('./help.ts');
  await context.io.stdout.write(commandHelp(found.entry, command));
  return 0;
}

function requireCommand(words: readonly string[]): FoundCommand {
  const found = findCommand(words);
  if (found !== undefined) return found;
  const missing = findMissing(words);
  if (missing !== undefined) {
    const { typed, reason } = missing;
    throw new AppError('CLI_NOT_YET', `'lamina ${typed}' is not supported`, { hint: reason });
  }
  const first = words[0] ?? '';
  const group = groupOf(words);
  if (group !== undefined) {
    const next = words[group.split(' ').length];
    throw unknownSubcommand(group, next, subcommandsOf(group));
  }
  const near = nearestName(
    first,
    commandList.map(({ name }) => name),
  );
  throw new AppError('CLI_UNKNOWN_COMMAND', `unknown command '${first}'`, {
    hint: near === undefined ? "see 'lamina --help'" : `did you mean 'lamina ${near}'?`,
  });
}

function unknownSubcommand(group: string, next: string | undefined, known: readonly string[]) {
  const expected = known.map((word) => `lamina ${group} ${word}`).join(', ');
  if (next === undefined || next.startsWith('-')) {
    return new AppError('CLI_USAGE', `'lamina ${group}' needs a subcommand`, { expected });
  }
  const near = nearestName(next, known);
  return new AppError('CLI_UNKNOWN_COMMAND', `unknown command '${group} ${next}'`, {
    expected,
    hint: near === undefined ? "see 'lamina --help'" : `did you mean 'lamina ${group} ${near}'?`,
  });
}

/** Only for the completion scripts, so it is not listed. */
const COMPLETE = '__complete';
/** Used when lamina is built, to write the page into the package. */
const MANUAL = '__manual';

async function showManual(io: Io): Promise<number> {
  const { manualPage } = await import('./manual.ts');
  await io.stdout.write(await manualPage());
  return 0;
}

async function showCompletions(words: readonly string[], options: ProgramOptions): Promise<number> {
  const { completeLine } = await import('./complete-line.ts');
  await completeLine(words, { ...options, root: undefined });
  return 0;
}

async function showRootHelp(io: Io): Promise<number> {
  const { rootHelp } = await import('./help.ts');
  await io.stdout.write(rootHelp(globalFlags));
  return 0;
}

/** Whether the words are only a common prefix of several commands: `image`, `image --help`. */
function askedGroup(words: readonly string[]): string | undefined {
  const last = words.at(-1);
  const asked = last === '--help' || last === '-h' ? words.slice(0, -1) : words;
  const group = groupOf(asked);
  return group === asked.join(' ') ? group : undefined;
}

/** The leading words that several commands begin with: `image`, `buildx imagetools`. */
function groupOf(words: readonly string[]): string | undefined {
  const prefixes = [words.slice(0, 2), words.slice(0, 1)].map((some) => some.join(' '));
  return prefixes.find(
    (prefix) => findCommand(prefix.split(' ')) === undefined && subcommandsOf(prefix).length > 0,
  );
}

async function showGroupHelp(first: string, io: Io): Promise<number> {
  const { groupHelp } = await import('./help.ts');
  await io.stdout.write(groupHelp(first));
  return 0;
}

async function showHelpOf(words: readonly string[], io: Io): Promise<number> {
  if (words.length === 0) return showRootHelp(io);
  const group = askedGroup(words);
  if (group !== undefined) return showGroupHelp(group, io);
  const found = requireCommand(words);
  const { commandHelp } = await import('./help.ts');
  await io.stdout.write(commandHelp(found.entry, await found.entry.load()));
  return 0;
}

async function showVersion(io: Io): Promise<number> {
  await io.stdout.write(`lamina version ${packageVersion()}\n`);
  return 0;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}
