import { AppError } from '../../errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { namedFiles, readSource, type SourceText } from '../source-files.ts';
import { unifiedDiff } from '../unified-diff.ts';

export const fmtCommand = defineCommand({
  usage: '[OPTIONS] [FILE…]',
  summary: 'format Dockerfiles in one style',
  description: [
    'Rewrites Dockerfiles in one style, and prints the names of those that changed. FILE is a file, a directory with a ' +
      'Dockerfile, or - to format standard input to standard output (default: the Dockerfile of the working directory).',
    'Keywords are in upper case, words have one space between them, JSON arrays one after each comma. Continued lines are ' +
      'indented by 4. There is one blank line before each stage, and never more than one. Line breaks, comments, the order of ' +
      'flags and the bodies of here-documents stay. Line ends stay LF or CRLF, as on the first line.',
    'Builds stay the same: before it writes, lamina parses the result and compares it. So the whitespace in a shell command ' +
      'stays too, since it is part of the command, of its cache key and of the history. --indent-commands also indents the ' +
      'continued lines of shell commands: these steps run again once.',
    'A file that is invalid, or that another program changes meanwhile, is left unchanged; the other files are formatted. The ' +
      'exit status is then 2. With --check and --diff it is 1 if a file is not formatted.',
  ],
  flags: {
    check: {
      kind: 'switch',
      help: 'write nothing; print the names of files that are not formatted',
    },
    diff: { kind: 'switch', short: 'd', help: 'write nothing; print the differences' },
    'indent-commands': {
      kind: 'switch',
      help: 'also indent the continued lines of shell commands, by 4 for each level',
    },
  },
  args: [0, Number.POSITIVE_INFINITY],
  examples: [
    { command: 'lamina fmt', text: 'format ./Dockerfile' },
    { command: 'lamina fmt --check */Dockerfile', text: 'fail in CI if a file is not formatted' },
    { command: 'lamina fmt - < Dockerfile', text: 'print the formatted text, for an editor' },
  ],
  async run({ flags, args }, context) {
    const mode = { ...flags, indentsCommands: flags['indent-commands'] };
    const errors: unknown[] = [];
    let status: number = exitStatus.success;
    for (const name of namedFiles(args)) {
      context.signal.throwIfAborted();
      try {
        const isFormatted = await formatFile(await readSource(name, context.io), mode, context);
        if (!isFormatted) status = exitStatus.failure;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors.length > 1 ? new AggregateError(errors) : errors[0];
    return status;
  },
});

interface Mode {
  readonly check: boolean;
  readonly diff: boolean;
  readonly indentsCommands: boolean;
}

/** @returns false if the file is to be formatted, but must not be written */
async function formatFile(
  source: SourceText,
  { check, diff, indentsCommands }: Mode,
  { api, io: { stdout } }: CommandContext,
): Promise<boolean> {
  const { name, path, bytes, text } = source;
  const formatted = await (await api()).format({ text, file: name, indentsCommands });
  if (check || diff) {
    if (check && formatted.changed) await stdout.write(`${name}\n`);
    if (diff) await stdout.write(unifiedDiff(name, text, formatted.text));
    return !formatted.changed;
  }
  if (path === undefined) {
    await stdout.write(formatted.text);
  } else if (formatted.changed) {
    const { replaceFile } = await import('../../destination/index.ts');
    const after = Buffer.from(formatted.text);
    if (!(await replaceFile(path, { before: bytes, after }))) throw changedMeanwhile(name);
    await stdout.write(`${name}\n`);
  }
  return true;
}

function changedMeanwhile(name: string): AppError {
  return new AppError('FORMAT_FILE_CHANGED', `'${name}' changed while it was formatted`, {
    hint: 'the file was not written: run the command again',
  });
}
