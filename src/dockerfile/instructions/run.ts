/** RUN. */

import { nearestName } from '../../nearest-name.ts';
import { InstructionFault } from '../fault.ts';
import { parseHeredocToken, stripLeadingTabs } from '../heredoc.ts';
import { quote } from '../quote.ts';
import type { Word } from '../tree.ts';
import { parseCommandLine } from './command.ts';
import { parseDevice } from './device.ts';
import { readFlagSet } from './flag-set.ts';
import { parseMountFlag } from './mount-flag.ts';
import { baseOf, type Scope } from './scope.ts';
import type { RunInstruction } from './types.ts';

const NETWORKS = ['default', 'none', 'host'] as const;
const SECURITIES = ['sandbox', 'insecure'] as const;

/** `RUN [flags] ["program", "argument"]` or `RUN [flags] shell command` */
export function parseRun(scope: Scope): RunInstruction {
  const { node } = scope;
  const flags = readFlagSet(node, {
    mount: 'list',
    network: 'text',
    security: 'text',
    device: 'list',
  });
  return {
    ...baseOf(scope),
    kind: 'run',
    command: parseCommandLine(scope, node.line),
    heredocs: node.heredocs,
    mounts: flags.list('mount').map((value) => parseMountFlag(value, scope.source)),
    network: oneOf('network', flags.text('network'), NETWORKS),
    security: oneOf('security', flags.text('security'), SECURITIES),
    devices: flags.list('device').map((value) => parseDevice(value, scope.source)),
  };
}

/** The input for the shell of a RUN in shell form. */
export type ShellScript =
  | { readonly kind: 'text'; readonly text: string }
  /** A script with a `#!` line: written to an executable file with this name and run. */
  | { readonly kind: 'file'; readonly name: string; readonly content: string };

/** Reassembles the here-documents for the shell, or for the interpreter that they name. */
export function shellScript(run: RunInstruction): ShellScript {
  if (run.command.form !== 'shell') throw new Error('the JSON form has no text for the shell');
  const { text } = run.command.text;
  const [first] = run.heredocs;
  if (first === undefined) return { kind: 'text', text };
  if (parseHeredocToken(text) !== undefined) {
    const content = first.stripTabs ? stripLeadingTabs(first.body) : first.body;
    if (content.startsWith('#!')) return { kind: 'file', name: first.name, content };
    return { kind: 'text', text: content };
  }
  const bodies = run.heredocs.map(({ body, name }) => `\n${body}${name}`);
  return { kind: 'text', text: text + bodies.join('') };
}

/** The first allowed value is the default. */
function oneOf<T extends string>(
  flag: string,
  value: Word | undefined,
  allowed: readonly [T, ...T[]],
): T {
  if (value === undefined) return allowed[0];
  const found = allowed.find((candidate) => candidate === value.text);
  if (found !== undefined) return found;
  const near = nearestName(value.text, allowed, { caseSensitive: true });
  throw new InstructionFault(
    'DOCKERFILE_INVALID_FLAG_VALUE',
    `invalid value ${quote(value.text)} for --${flag}`,
    {
      range: value.range,
      expected: allowed.join(', '),
      hint:
        near === undefined ? 'variables are not replaced in this flag' : `did you mean ${near}?`,
    },
  );
}
