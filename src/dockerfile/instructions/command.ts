/** CMD, ENTRYPOINT and SHELL, and the command lines of RUN and HEALTHCHECK. */
import { InstructionFault } from '../fault.ts';
import type { ArgumentLine } from '../tree.ts';
import { jsonOrWhole } from '../words.ts';
import { refuseFlags } from './flag-set.ts';
import { baseOf, missingArgument, type Scope } from './scope.ts';
import { commentRange, commentStart, trailingComment, warnOfComment } from './trailing-comment.ts';
import type {
  CmdInstruction,
  CommandLine,
  EntrypointInstruction,
  ShellInstruction,
} from './types.ts';

/** A JSON array is a program with its arguments; anything else is a shell command. */
export function parseCommandLine(scope: Scope, line: ArgumentLine): CommandLine {
  const { json, words } = jsonOrWhole(line);
  if (json) return { form: 'exec', args: words };
  const text = words[0] ?? line.word(0, 0);
  if (jsonWithComment(line.text)) {
    const what = 'part of a shell command, because the line is not JSON';
    warnOfComment(scope, commentRange(line), what);
  }
  return { form: 'shell', text };
}

/** `CMD ["program", "argument"]` or `CMD shell command` */
export function parseCmd(scope: Scope): CmdInstruction {
  refuseFlags(scope.node);
  return { ...baseOf(scope), kind: 'cmd', command: parseCommandLine(scope, scope.node.line) };
}

/** `ENTRYPOINT ["program", "argument"]` or `ENTRYPOINT shell command` */
export function parseEntrypoint(scope: Scope): EntrypointInstruction {
  refuseFlags(scope.node);
  const command = parseCommandLine(scope, scope.node.line);
  return { ...baseOf(scope), kind: 'entrypoint', command };
}

/** `SHELL ["program", "argument"]` */
export function parseShell(scope: Scope): ShellInstruction {
  const { node } = scope;
  refuseFlags(node);
  const { json, words } = jsonOrWhole(node.line);
  const expected = 'SHELL ["program", "argument", …]';
  if (words.length === 0) {
    throw missingArgument(
      scope,
      expected,
      'write the shell as a JSON array, for example SHELL ["/bin/bash", "-c"]',
    );
  }
  if (json) return { ...baseOf(scope), kind: 'shell', args: words };
  const comment = node.argument.text.startsWith('[') ? commentRange(node.line) : undefined;
  if (comment !== undefined) throw trailingComment(scope, comment, expected);
  throw new InstructionFault('DOCKERFILE_SHELL_NOT_JSON', 'SHELL needs a JSON array', {
    range: node.argument.range,
    expected,
    hint: 'write a JSON array of strings in double quotes',
  });
}

/** Whether the text would be JSON without the apparent comment. */
function jsonWithComment(text: string): boolean {
  const start = text.startsWith('[') ? commentStart(text) : -1;
  if (start < 0) return false;
  try {
    return Array.isArray(JSON.parse(text.slice(0, start)));
  } catch {
    return false;
  }
}
