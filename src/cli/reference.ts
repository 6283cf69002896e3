/** docs/cli.md, generated from the same tables as the help, so that both agree. A test compares. */
import type { Command } from './command.ts';
import type { CommandEntry } from './command-list/entry.ts';
import { commandList } from './command-list.ts';
import { missingCommands } from './commands-not-yet.ts';
import { environmentTable } from './environment.ts';
import { exitStatusTable } from './exit-status.ts';
import { flagGroups } from './help.ts';

const INTRODUCTION = `# The command line

\`lamina COMMAND [OPTIONS]\`: the commands and options of \`docker\`, with the same meaning, and a few of lamina's own. This page is
generated from the tables that the program itself uses (\`npx vitest run --project unit src/cli -u\` updates it).

- Results go to standard output; progress, notes and errors go to standard error.
- On a terminal, control characters in results are shown as escapes (\`\\x1b\`); files and pipes get results unchanged.
- Separate an option from its value with a space or \`=\` (\`--tag a\`, \`--tag=a\`, \`-t a\`, \`-ta\`); a switch takes a value only with \`=\`
  (\`--rm=false\`). \`--\` ends the options. Options and arguments can be mixed, except after the image of \`run\`.
- \`--root\`, \`--debug\`, \`--version\` and \`--help\` can also come before the command.
- Docker options and commands that lamina does not support fail with \`CLI_NOT_YET\`. Options without effect are accepted
  with a note.
- Ctrl-C stops the command, cleans up and exits with status 130; a second Ctrl-C skips the cleanup.
  \`run\` forwards signals to the process of the container; a third SIGINT or SIGTERM within five seconds kills it.
  With a terminal (\`-it\`), all keys go to the process, including Ctrl-C. If lamina itself is killed by SIGKILL,
  \`stty sane\` restores the terminal.`;

const PROGRESS = `## Progress displays

\`--progress\`, or the variable \`BUILDKIT_PROGRESS\`, selects the display:

| kind | display |
| --- | --- |
| \`auto\` | \`tty\` if standard error is a terminal, else \`plain\` |
| \`tty\` | live display: finished steps scroll up, running steps stay at the bottom with their last lines of output; when a step fails, its whole output is printed at the end |
| \`plain\` | lines for logs, in BuildKit's format: \`#5 [build 2/5] RUN make\`, \`#5 0.213 output\`, \`#5 DONE 1.2s\` |
| \`rawjson\` | one JSON object per line, in the format of BuildKit's SolveStatus (\`vertexes\`, \`statuses\`, \`logs\` in base64, \`warnings\`), with a final \`summary\` |
| \`quiet\`, \`none\` | no progress |

Colours in the output of a step are kept, unless \`NO_COLOR\` is set. All other escape sequences are removed, so a step cannot move the
cursor, change the window title or make the terminal send input; \`rawjson\` keeps all bytes.

A build ends with a summary of at most ten lines: the size of each stage, the image, how much the other stages keep out of it, and the stages that
were not needed. \`--summary=full\` adds the time of each step (or \`CACHED\`), the bytes it added, and the layers of the image; \`--summary=none\`
turns the summary off.

When a \`RUN\` step fails, the store keeps what it left behind until the next build, and [\`lamina debug\`](#lamina-debug) starts a shell there, with the
mounts, environment and user of the step; \`--on-error=shell\` does so at once. See [debug.md](debug.md).`;

const TEMPLATES = `## Templates

\`--format\` takes \`table\`, \`json\`, a Go template, or \`table\` followed by a template whose columns are separated by \`\\t\`. lamina supports
these parts of Go templates: fields (\`.Config.User\`), variables (\`$x := …\`), pipelines, parentheses, \`if\`/\`else\`, \`range\`, \`with\`, comments, \`{{-\` and \`-}}\`,
and the functions \`json\`, \`len\`, \`index\`, \`join\`, \`split\`, \`upper\`, \`lower\`, \`title\`, \`truncate\`, \`pad\`, \`print\`, \`println\`, \`printf\`
(\`%s %d %q %v\`), \`not\`, \`and\`, \`or\`, \`eq\`, \`ne\`, \`lt\`, \`le\`, \`gt\`, \`ge\`.`;

/** @returns the text of docs/cli.md */
export async function commandReference(): Promise<string> {
  const sections = [INTRODUCTION];
  for (const entry of commandList) sections.push(commandSection(entry, await entry.load()));
  sections.push(
    PROGRESS,
    TEMPLATES,
    `## Exit status\n\n${table(['status', 'meaning'], exitStatusTable)}`,
    `## Environment\n\n${table(['variable', 'meaning'], environmentTable)}`,
    `## Docker commands that lamina does not have\n\n${table(
      ['command', 'what to do instead'],
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
