/** The JSON form of a command line in text. */
import type { CommandLine, Instruction, SourceMap } from '../../dockerfile/index.ts';
import type { Fix } from '../../lint/index.ts';
import { parseShell } from '../../shell/index.ts';
import { replace, riskyFix } from '../edits.ts';

export type ExecForm = Instruction;

/** Words of the shell's own, which are no programs. */
const BUILTINS = new Set(['.', ':', 'cd', 'eval', 'exec', 'export', 'set', 'source', 'ulimit']);

/**
 * Writes a command as JSON. Undefined if it needs a shell: variables, patterns, pipes, several commands. Not safe: the program
 * becomes process 1 in place of the shell.
 */
export function execFormFix(
  { node }: ExecForm,
  command: CommandLine,
  source: SourceMap,
): Fix | undefined {
  if (command.form !== 'shell' || node.heredocs.length > 0) return undefined;
  const { text, range } = command.text;
  // Not across lines, where comments could be.
  if (source.text.slice(range.start.offset, range.end.offset) !== text) return undefined;
  const { commands, isWellFormed } = parseShell(text);
  const [only] = commands;
  if (!isWellFormed || only === undefined || commands.length > 1) return undefined;
  const { start, end, assignments, redirects, words, name } = only;
  if (start !== 0 || end !== text.length || BUILTINS.has(name)) return undefined;
  if (assignments.length > 0 || redirects.length > 0) return undefined;
  const first = text.slice(0, words[0]?.start ?? text.length).trim();
  if (!/^[\w./+-]+$/.test(first) || !words.every(({ isLiteral }) => isLiteral)) return undefined;
  const array = [first, ...words.map(({ value }) => value)];
  const json = `[${array.map((word) => JSON.stringify(word)).join(', ')}]`;
  return riskyFix('write a JSON array', replace(range, json));
}
