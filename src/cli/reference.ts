/** docs/cli.md, made from the same tables as the help, so that neither can lag behind. A test compares. */
import type { Command } from './command.ts';
import { type CommandEntry, commandList } from './command-list.ts';
import { missingCommands } from './commands-not-yet.ts';
import { environmentTable } from './environment.ts';
import { exitStatusTable } from './exit-status.ts';
import { flagGroups } from './help.ts';

const INTRODUCTION = `# The command line

\`lamina COMMAND [OPTIONS]\`: the commands and options of \`docker\`, with the same meaning, and a few of lamina's own. This file is
made from the tables the program itself uses (\`npx vitest run --project unit src/cli -u\` updates it).

- Results go to standard output; progress, notes and errors go to standard error.
- On a terminal, control characters in results are shown as escapes (\`\\x1b\`); files and pipes get results unchanged.
- Separate an option from its value with a space or \`=\` (\`--tag a\`, \`--tag=a\`, \`-t a\`, \`-ta\`); a switch takes a value only with \`=\`
  (\`--rm=false\`). \`--\` ends the options. Options may come between arguments, except after the image of \`run\`.
- \`--root\`, \`--debug\`, \`--version\` and \`--help\` may also come before the command.
- Options and commands of docker that lamina does not support fail with \`CLI_NOT_YET\`. Options that have no effect here are
  accepted with a note.
- Ctrl-C stops the work, cleans up and ends with status 130; a second Ctrl-C does not wait for the cleanup.
  While \`run\` has a container in the foreground, signals go to its process; a third SIGINT or SIGTERM within
  five seconds kills it. With a terminal (\`-it\`), keys go to it,
  Ctrl-C too; if lamina itself is killed by SIGKILL, \`stty sane\` puts the terminal right.`;

const PROGRESS = `## Progress displays

\`--progress\`, or the variable \`BUILDKIT_PROGRESS\`, chooses:

| kind | display |
| --- | --- |
| \`auto\` | \`tty\` if standard error is a terminal, else \`plain\` |
| \`tty\` | finished steps scroll by; running steps stay below them with their last lines of output; when a step fails, its whole output is printed at the end |
| \`plain\` | lines for logs, in the form of BuildKit: \`#5 [build 2/5] RUN make\`, \`#5 0.213 output\`, \`#5 DONE 1.2s\` |
| \`rawjson\` | one JSON object a line in the shape of BuildKit's SolveStatus (\`vertexes\`, \`statuses\`, \`logs\` in base64, \`warnings\`), and at the end \`summary\` |
| \`quiet\`, \`none\` | nothing |

Colours in the output of a step reach the terminal or the log (not with \`NO_COLOR\`). Every other escape sequence is removed, so a step cannot
move the cursor, set the window's title or make the terminal answer; \`rawjson\` keeps all bytes.

A build ends with a summary of at most ten lines: the size of each stage, the image, how much stays behind in the other stages, and the stages that
were not needed. \`--summary=full\` adds the time of each step, or \`CACHED\`, with the bytes it added, and the layers of the image; \`--summary=none\`
leaves the summary out.

When a \`RUN\` step fails, the error ends with a command under \`look inside\`: it starts a shell in the file system as it was before that step.
Values of build arguments are not repeated there; put them in place of \`…\`.`;

const TEMPLATES = `## Templates

\`--format\` takes \`table\`, \`json\`, a Go template, or \`table\` and a template, in which \`\\t\` separates the columns. Of Go's templates
these parts work: fields (\`.Config.User\`), variables (\`$x := …\`), pipelines, parentheses, \`if\`/\`else\`, \`range\`, \`with\`, comments, \`{{-\` and \`-}}\`,
and the functions \`json\`, \`len\`, \`index\`, \`join\`, \`split\`, \`upper\`, \`lower\`, \`title\`, \`truncate\`, \`pad\`, \`print\`, \`println\`, \`printf\`
(\`%s %d %q %v\`), \`not\`, \`and\`, \`or\`, \`eq\`, \`ne\`, \`lt\`, \`le\`, \`gt\`, \`ge\`.`;

/** @returns the whole of docs/cli.md */
export async function commandReference(): Promise<string> {
  const sections = [INTRODUCTION];
  for (const entry of commandList) sections.push(commandSection(entry, await entry.load()));
  sections.push(
    PROGRESS,
    TEMPLATES,
    `## Exit status\n\n${table(['status', 'meaning'], exitStatusTable)}`,
    `## Environment\n\n${table(['variable', 'meaning'], environmentTable)}`,
    `## Docker's commands that are missing\n\n${table(
      ['command', 'why'],
      missingCommands.map(({ names, reason }) => [names.join(', '), reason]),
    )}`,
  );
  return `${sections.join('\n\n')}\n`;
}

function commandSection(entry: CommandEntry, command: Command): string {
  const aliases = entry.aliases.map((alias) => `\`lamina ${alias}\``).join(', ');
  const flags = flagGroups(command.flags).map(
    ([group, rows]) =>
      `**${group}**\n\n${table(
        ['option', 'meaning'],
        rows.map(([name, text]) => [name.trim(), text]),
        { code: true },
      )}`,
  );
  const examples = (command.examples ?? []).map(
    ({ command: typed, text }) => `    # ${text}\n    ${typed}`,
  );
  return [
    `## lamina ${entry.name}`,
    `\`lamina ${entry.name} ${command.usage}\`${aliases === '' ? '' : ` (also ${aliases})`}: ${command.summary}.`,
    ...(command.description ?? []),
    ...flags,
    ...(examples.length === 0 ? [] : [examples.join('\n\n')]),
  ].join('\n\n');
}

function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { code = false } = {},
): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const shown = rows.map(([first = '', ...rest]) => [code ? `\`${first}\`` : first, ...rest]);
  return [line(headings), line(headings.map(() => '---')), ...shown.map(line)].join('\n');
}
