/** The texts of `--help`, made from the tables the commands are made of. */
import type { Command } from './command.ts';
import type { CommandEntry } from './command-list/entry.ts';
import { commandList } from './command-list.ts';
import { environmentTable } from './environment.ts';
import { exitStatusTable } from './exit-status.ts';
import { type FlagSpec, type FlagTable, valueName } from './flags.ts';
import { wrap } from './wrap.ts';

/** Fits a terminal of 80 columns. */
const WIDTH = 79;

export function rootHelp(globalFlags: FlagTable): string {
  const groups = [...new Set(commandList.map(({ group }) => group))];
  const names = commandList.map(({ name, summary, group }) => ({ name, summary, group }));
  return lines(
    'Usage: lamina COMMAND [OPTIONS]',
    '',
    ...wrapped(
      'lamina builds small images from multi-stage Dockerfiles without a daemon, and shows what is in them. ' +
        'Its commands and options are those of docker; the help of each command notes any differences.',
    ),
    ...groups.flatMap((group) => [
      '',
      `${group}:`,
      ...columns(
        names.filter((entry) => entry.group === group).map(({ name, summary }) => [name, summary]),
      ),
    ]),
    '',
    'Options before the command:',
    ...columns(flagRows(globalFlags)),
    '',
    ...wrapped(
      'Docker’s longer forms work too: lamina image ls, lamina container run, lamina buildx build.',
    ),
    '',
    'Try:',
    ...columns([
      ['lamina base debian:12-slim', 'create a base image'],
      ['lamina build -t hello .', 'build the Dockerfile in this directory'],
      ['lamina run --rm hello', 'run the result'],
      ['lamina history hello', 'show how it was built'],
      ['lamina build --help', 'show the options of a command'],
    ]),
    '',
    'Environment:',
    ...columns(environmentTable),
    '',
    'Exit status:',
    ...columns(exitStatusTable),
  );
}

/** The help of a first word that several commands begin with, such as `image`. */
export function groupHelp(first: string): string {
  const rows = commandList.flatMap(({ name, aliases, summary }) =>
    [name, ...aliases]
      .filter((spelling) => spelling.startsWith(`${first} `))
      .map((spelling): HelpRow => [`lamina ${spelling}`, summary]),
  );
  return lines(
    `Usage: lamina ${first} COMMAND [OPTIONS]`,
    '',
    'Commands:',
    ...columns(rows),
    '',
    `Run 'lamina ${first} COMMAND --help' for the options of a command.`,
  );
}

export function commandHelp(entry: CommandEntry, command: Command): string {
  const examples = command.examples ?? [];
  const aliases = entry.aliases.map((alias) => `lamina ${alias}`).join(', ');
  return lines(
    `Usage: lamina ${entry.name} ${command.usage}`.trimEnd(),
    ...(aliases === '' ? [] : hanging('Also:  ', aliases)),
    '',
    ...wrapped(`${sentence(command.summary)}.`),
    ...(command.description ?? []).flatMap((paragraph) => ['', ...wrapped(paragraph)]),
    ...flagGroups(command.flags).flatMap(([group, rows]) => ['', `${group}:`, ...columns(rows)]),
    ...(examples.length === 0 ? [] : ['', 'Examples:']),
    ...examples.flatMap(({ command: typed, text }) => [`  ${typed}`, `      ${text}`]),
    '',
    "Run 'lamina --help' for environment variables and exit status.",
  );
}

export type HelpRow = readonly [name: string, text: string];

/** Flags by heading, in the order of the table; flags that are refused or have no effect come last. */
export function flagGroups(flags: FlagTable): [group: string, rows: HelpRow[]][] {
  const groups = new Map<string, HelpRow[]>();
  for (const [name, spec] of listed(flags)) {
    const group = groupOf(spec);
    const rows = groups.get(group) ?? [];
    rows.push(flagRow(name, spec));
    groups.set(group, rows);
  }
  const rank = ([group]: readonly [string, unknown]) => LAST_GROUPS.indexOf(group);
  return [...groups].sort((a, b) => rank(a) - rank(b));
}

function listed(flags: FlagTable): [name: string, spec: FlagSpec][] {
  return Object.entries(flags).filter(([, { isUnlisted }]) => isUnlisted !== true);
}

const LAST_GROUPS = ['Common', 'Accepted without effect', 'Not supported yet'];

function groupOf(spec: FlagSpec): string {
  if (spec.notYet !== undefined) return 'Not supported yet';
  if (spec.noEffect !== undefined) return 'Accepted without effect';
  return spec.group ?? 'Options';
}

export function flagRows(flags: FlagTable): HelpRow[] {
  return listed(flags).map(([name, spec]) => flagRow(name, spec));
}

function flagRow(name: string, spec: FlagSpec): HelpRow {
  const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
  const value =
    spec.kind === 'switch'
      ? ''
      : spec.bare === undefined
        ? ` ${valueName(spec)}`
        : `[=${valueName(spec)}]`;
  return [`${short}--${name}${value}`, flagText(spec)];
}

function flagText(spec: FlagSpec): string {
  const reason = spec.notYet ?? spec.noEffect;
  const again = spec.kind === 'list' && reason === undefined ? ' (repeatable)' : '';
  const choices = spec.choices === undefined ? '' : `: ${spec.choices.join(', ')}`;
  return `${spec.help}${choices}${again}${reason === undefined ? '' : `: ${reason}`}`;
}

/** Two columns; a name that is too wide for the first gets its own line. */
function columns(rows: readonly HelpRow[]): string[] {
  const widest = Math.max(...rows.map(([name]) => name.length));
  const nameWidth = Math.min(widest, 30);
  return rows.flatMap(([name, text]) => {
    const folded = wrap(text, WIDTH - nameWidth - 4);
    const indent = ' '.repeat(nameWidth + 4);
    if (name.length > nameWidth) {
      return [`  ${name}`, ...folded.map((line) => `${indent}${line}`)];
    }
    return folded.map((line, index) =>
      index === 0 ? `  ${name.padEnd(nameWidth)}  ${line}` : `${indent}${line}`,
    );
  });
}

/** Lines after a label; further lines are indented by its width. */
function hanging(label: string, text: string): string[] {
  const indent = ' '.repeat(label.length);
  return wrap(text, WIDTH - label.length).map(
    (line, index) => `${index === 0 ? label : indent}${line}`,
  );
}

function wrapped(text: string): string[] {
  return wrap(text, WIDTH);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`;
}
