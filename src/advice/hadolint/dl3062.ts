import { hasWord, operandsOf, type ShellCommand } from '../../shell/index.ts';
import { commandRule, listed } from '../making/make.ts';

const VERBS = new Set(['install', 'get', 'tool']);

export const dl3062 = commandRule(
  {
    code: 'DL3062',
    severity: 'warning',
    requires: 'go install, go get and go run name versions',
    why: 'Two builds of the same file can install different versions, and a cached step keeps an old one without a sign of it.',
  },
  (command) => {
    if (command.name !== 'go') return undefined;
    const open = packagesOf(command).filter((name) => !isPinned(name));
    if (open.length === 0) return undefined;
    const name = open[0]?.replace(/@.*$/, '');
    return {
      what: `go installs ${listed(open)} without a version`,
      hint: `write ${name}@v1.2.3`,
    };
  },
);

function packagesOf(command: ShellCommand): readonly string[] {
  const operands = operandsOf(command).map(({ value }) => value);
  // What follows the package of `go run` is for the program.
  if (hasWord(command, 'run')) return operands.slice(0, 2).filter((name) => name !== 'run');
  if (!hasWord(command, 'install', 'get')) return [];
  return operands.filter((name) => !VERBS.has(name));
}

function isPinned(name: string): boolean {
  return /^[./]/.test(name) || (name.includes('@') && !/@(?:latest|none)$/.test(name));
}
