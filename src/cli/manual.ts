/** The manual page lamina(1), generated from the tables of the help when lamina is built. */
import type { Command } from './command.ts';
import type { CommandEntry } from './command-list/entry.ts';
import { commandList } from './command-list.ts';
import { environmentTable } from './environment.ts';
import { exitStatusTable } from './exit-status.ts';
import { globalFlags } from './global-flags.ts';
import { flagGroups, flagRows } from './help.ts';

const DESCRIPTION = [
  'lamina builds images from Dockerfiles without a daemon, runs them, and copies them between registries and archives. Its commands and options are those of docker.',
  'Results go to standard output; progress, notes and errors go to standard error. Commands and options of docker that lamina does not support fail with CLI_NOT_YET.',
];

/** @returns the page in man(7) format */
export async function manualPage(): Promise<string> {
  const commands: string[] = [];
  for (const entry of commandList) commands.push(...commandPart(entry, await entry.load()));
  const lines = [
    '.TH LAMINA 1 "" "lamina" "User Commands"',
    '.SH NAME',
    text('lamina - build, run and move container images without a daemon'),
    '.SH SYNOPSIS',
    `.B lamina\n${text('[OPTIONS] COMMAND [ARGUMENTS]')}`,
    '.SH DESCRIPTION',
    DESCRIPTION.map(text).join('\n.PP\n'),
    '.SH OPTIONS',
    ...flagRows(globalFlags).map(tagged),
    '.SH COMMANDS',
    ...commands,
    '.SH ENVIRONMENT',
    ...environmentTable.map(tagged),
    '.SH EXIT STATUS',
    ...exitStatusTable.map(tagged),
    '.SH SEE ALSO',
    text(
      '`lamina COMMAND --help`; `lamina explain NAME` for errors, build checks and topics; docker(1), Dockerfile(5)',
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function commandPart(entry: CommandEntry, command: Command): readonly string[] {
  const aliases = entry.aliases.map((alias) => `lamina ${alias}`).join(', ');
  return [
    `.SS ${text(`lamina ${entry.name} ${command.usage}`.trimEnd())}`,
    text(`${sentence(command.summary)}.`),
    ...(aliases === '' ? [] : [`.PP\n${text(`Also: ${aliases}.`)}`]),
    ...(command.description ?? []).map((paragraph) => `.PP\n${text(paragraph)}`),
    ...flagGroups(command.flags).flatMap(([group, rows]) => [
      `.PP\n${text(`${group}:`)}`,
      ...rows.map(tagged),
    ]),
    ...(command.examples ?? []).map(
      ({ command: typed, text: what }) =>
        `.PP\n${text(`${sentence(what)}:`)}\n.PP\n.RS\n.nf\n${text(typed)}\n.fi\n.RE`,
    ),
  ];
}

function tagged([name, what]: readonly [string, string]): string {
  return `.TP\n.B ${text(name.trim())}\n${text(what)}`;
}

/** Escapes a dot or an apostrophe at the start of a line, which man would take for a request. */
function text(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', "'")
    .replaceAll('…', '...')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/^([.'])/, '\\&$1');
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
