/** pip, as the rules about it read its command lines. */
import {
  hasSequence,
  hasWord,
  operandsOf,
  type ShellCommand,
  type ShellWord,
} from '../../shell/index.ts';

/** `pip install`, `pip3.12 install`, `python -m pip install`. */
export function isPipInstall(command: ShellCommand): boolean {
  const { name } = command;
  if (name.startsWith('pip') && !name.startsWith('pipenv')) return hasWord(command, 'install');
  return name.startsWith('python') && hasSequence(command, '-m', 'pip', 'install');
}

/** Options whose value is the next argument and no package. */
const VALUED = new Set([
  ...['abi', 'b', 'build', 'e', 'editable', 'extra-index-url', 'f', 'find-links', 'i', 'index-url'],
  ...['implementation', 'no-binary', 'only-binary', 'platform', 'prefix', 'progress-bar', 'proxy'],
  ...['python', 'python-version', 'root', 'root-user-action', 'src', 't', 'target', 'trusted-host'],
  'upgrade-strategy',
]);

/** What follows `install`, without options and their values. */
export function pipPackages(command: ShellCommand): readonly ShellWord[] {
  const operands = operandsOf(command, VALUED);
  const install = operands.findIndex(({ value }) => value === 'install');
  return install < 0 ? [] : operands.slice(install + 1);
}
