/** ONBUILD. */
import { InstructionFault } from '../fault.ts';
import { parseJsonStrings } from '../json-strings.ts';
import type { InstructionNode } from '../tree.ts';
import { refuseFlags } from './flag-set.ts';
import { readPairs } from './key-value.ts';
import { baseOf, missingArgument, type Scope } from './scope.ts';
import { commentRange, warnOfComment } from './trailing-comment.ts';
import type { OnbuildInstruction } from './types.ts';

const JSON_FORM = new Set(['add', 'cmd', 'copy', 'entrypoint', 'run', 'shell', 'volume']);
/** Instructions that take a number sign as an argument; others pass it to the shell, or reject it. */
const TAKES_COMMENTS = new Set([
  'add',
  'copy',
  'expose',
  'stopsignal',
  'user',
  'volume',
  'workdir',
]);
const FORBIDDEN = new Set(['onbuild', 'from', 'maintainer']);

/** `ONBUILD instruction`: the instruction is interpreted when the trigger runs. */
export function parseOnbuild(scope: Scope): OnbuildInstruction {
  const { node } = scope;
  const inner = node.trigger;
  const expected = 'ONBUILD and another instruction';
  if (inner === undefined)
    throw missingArgument(scope, expected, 'write the instruction after ONBUILD');
  refuseFlags(node);
  if (FORBIDDEN.has(inner.name)) {
    const name = inner.name.toUpperCase();
    throw new InstructionFault(
      'DOCKERFILE_ONBUILD_FORBIDDEN',
      `ONBUILD cannot be followed by ${name}`,
      {
        range: inner.keywordRange,
        expected,
        hint: `use any instruction except ONBUILD, FROM and MAINTAINER`,
      },
    );
  }
  checkShape({ ...scope, node: inner, warn: () => undefined });
  if (TAKES_COMMENTS.has(inner.name)) {
    warnOfComment(scope, commentRange(inner.line), `part of the ${inner.name.toUpperCase()}`);
  }
  return { ...baseOf(scope), kind: 'onbuild', trigger: triggerText(node) };
}

/** Checks the parts of a trigger that must be valid when it is written: JSON and `name=value` pairs. */
function checkShape(scope: Scope): void {
  const { name, line } = scope.node;
  if (name === 'env' || name === 'label') readPairs(scope);
  else if (JSON_FORM.has(name)) parseJsonStrings(line);
}

function triggerText(node: InstructionNode): string {
  const bodies = node.heredocs.map(({ body, name }) => `\n${body}${name}`);
  return node.argument.text + bodies.join('');
}
