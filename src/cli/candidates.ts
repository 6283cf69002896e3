/** What can come next on a command line: the part of completion that all shells share. */
import type { Command } from './command.ts';
import { commandList, type FoundCommand, findCommand } from './command-list.ts';
import { type FlagSpec, parseFlags } from './flags.ts';
import { globalFlags } from './global-flags.ts';

export interface Candidate {
  readonly text: string;
  readonly help: string;
}

/** `files`: the shell should offer files as well; `directories`: only those. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly also: 'files' | 'directories' | 'nothing';
}

/** Completions that depend on the machine. */
export interface CompletionSources {
  /** Names of images in the store. */
  readonly images: () => Promise<readonly string[]>;
  /** Names that `lamina explain` takes. */
  readonly explanations: () => Promise<readonly Candidate[]>;
}

const NOTHING: Completion = { candidates: [], also: 'nothing' };
const FILES: Completion = { candidates: [], also: 'files' };

/**
 * @param words the words after `lamina`; the last one is being typed, and may be empty
 */
export async function complete(
  words: readonly string[],
  sources: CompletionSources,
): Promise<Completion> {
  const current = words.at(-1) ?? '';
  const before = withoutGlobalFlags(words.slice(0, -1));
  if (before === undefined) return FILES;
  const asksHelp = before[0] === 'help';
  const typed = asksHelp ? before.slice(1) : before;
  const found = findCommand(typed);
  if (found === undefined || found.rest.length === 0) {
    const names = commandWords(typed, current);
    if (found === undefined && names.length > 0) return { candidates: names, also: 'nothing' };
    if (found === undefined && current.startsWith('-') && typed.length === 0) {
      return { candidates: flagCandidates(globalFlags, current), also: 'nothing' };
    }
  }
  if (found === undefined || asksHelp) return NOTHING;
  return ofCommand(found, current, sources);
}

/** @returns undefined while the value of a global flag is being typed */
function withoutGlobalFlags(words: readonly string[]): readonly string[] | undefined {
  let at = 0;
  while (words[at]?.startsWith('-') === true) {
    const word = words[at] ?? '';
    at += word === '--root' ? 2 : 1;
  }
  return at > words.length ? undefined : words.slice(at);
}

/** The next words of all commands that begin with the typed words. */
function commandWords(typed: readonly string[], current: string): readonly Candidate[] {
  const prefix = typed.map((word) => `${word} `).join('');
  const found = new Map<string, Candidate>();
  for (const { name, aliases, summary } of commandList) {
    for (const spelling of [name, ...aliases]) {
      if (!spelling.startsWith(prefix)) continue;
      const [next = '', ...more] = spelling.slice(prefix.length).split(' ');
      if (!next.startsWith(current) || next === '') continue;
      const help = more.length === 0 ? summary : `${prefix}${next} …`;
      const known = found.get(next);
      if (known === undefined || more.length === 0) found.set(next, { text: next, help });
    }
  }
  return [...found.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
}

async function ofCommand(
  { entry, rest }: FoundCommand,
  current: string,
  sources: CompletionSources,
): Promise<Completion> {
  const command = await entry.load();
  const position = positionIn(command, rest);
  // The rest belongs to the container's command.
  if (position.isOver) return FILES;
  if (position.valueOf !== undefined) return valueCompletion(position.valueOf, current, sources);
  if (current.startsWith('-')) {
    const [, name, value] = /^--([^=]+)=(.*)$/.exec(current) ?? [];
    const spec = name === undefined ? undefined : command.flags[name];
    if (spec === undefined || value === undefined) {
      return { candidates: flagCandidates(command.flags, current), also: 'nothing' };
    }
    const { candidates, also } = await valueCompletion(spec, value, sources);
    const whole = candidates.map(({ text, help }) => ({ text: `--${name}=${text}`, help }));
    return { candidates: whole, also };
  }
  return argumentCompletion(entry.name, { count: position.arguments, current, sources });
}

interface Position {
  /** Number of complete arguments. */
  readonly arguments: number;
  /** The flag whose value comes next. */
  readonly valueOf: FlagSpec | undefined;
  /** Flags are no longer read. */
  readonly isOver: boolean;
}

/** Reads the complete words as the command would. */
function positionIn(command: Command, words: readonly string[]): Position {
  const interspersed = command.interspersed ?? true;
  const read = (argv: readonly string[]) =>
    parseFlags(accepting(command.flags), argv, { command: '', interspersed });
  try {
    const { args } = read(words);
    const isOver = !interspersed && args.length > 0;
    return { arguments: args.length, valueOf: undefined, isOver };
  } catch {
    return { arguments: 0, valueOf: flagAwaitingValue(command, words.at(-1)), isOver: false };
  }
}

/** The same flags without checks: only the positions of values matter. */
function accepting(flags: Command['flags']): Command['flags'] {
  return Object.fromEntries(
    Object.entries(flags).map(([name, { kind, short, bare }]) => [
      name,
      {
        help: '',
        kind: kind === 'number' ? 'text' : kind,
        ...(short !== undefined && { short }),
        ...(bare !== undefined && { bare }),
      } as const,
    ]),
  );
}

function flagAwaitingValue({ flags }: Command, last = ''): FlagSpec | undefined {
  const [, name, letter] = /^(?:--(.+)|-\w*(\w))$/.exec(last) ?? [];
  const found = Object.entries(flags).find(([long, { short }]) =>
    name === undefined ? short !== undefined && short === letter : long === name,
  );
  return found?.[1];
}

function flagCandidates(flags: Command['flags'], current: string): readonly Candidate[] {
  return Object.entries(flags)
    .filter(
      ([name, { notYet, isUnlisted }]) =>
        notYet === undefined && isUnlisted !== true && `--${name}`.startsWith(current),
    )
    .map(([name, { help }]) => ({ text: `--${name}`, help }));
}

async function valueCompletion(
  { choices, value }: FlagSpec,
  current: string,
  { images }: CompletionSources,
): Promise<Completion> {
  if (choices !== undefined) {
    const candidates = choices.filter((choice) => choice.startsWith(current));
    return { candidates: candidates.map((text) => ({ text, help: '' })), also: 'nothing' };
  }
  if (value === 'directory') return { candidates: [], also: 'directories' };
  return value === 'image'
    ? { candidates: named(await images(), current), also: 'nothing' }
    : FILES;
}

interface ArgumentPosition {
  readonly count: number;
  readonly current: string;
  readonly sources: CompletionSources;
}

/** Commands whose first argument, or every argument, is an image in the store. */
const FIRST_IS_IMAGE = new Set(['run', 'history', 'tag', 'export', 'push', 'images']);
const ALL_ARE_IMAGES = new Set(['inspect', 'rmi', 'save', 'compare']);
const TAKE_DIRECTORY = new Set(['build', 'context ls']);

async function argumentCompletion(
  command: string,
  { count, current, sources }: ArgumentPosition,
): Promise<Completion> {
  if (ALL_ARE_IMAGES.has(command) || (FIRST_IS_IMAGE.has(command) && count === 0)) {
    return { candidates: named(await sources.images(), current), also: 'nothing' };
  }
  if (command === 'explain' && count === 0) {
    const wanted = current.toLowerCase();
    const all = await sources.explanations();
    const candidates = all.filter(({ text }) => text.toLowerCase().startsWith(wanted));
    return { candidates, also: 'nothing' };
  }
  if (command === 'completion') {
    return { candidates: named(['bash', 'zsh', 'fish'], current), also: 'nothing' };
  }
  return TAKE_DIRECTORY.has(command) ? { candidates: [], also: 'directories' } : FILES;
}

function named(names: readonly string[], current: string): readonly Candidate[] {
  const found = names.filter((name) => name.startsWith(current));
  return found.map((text) => ({ text, help: '' }));
}
