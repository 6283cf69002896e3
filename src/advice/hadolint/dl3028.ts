import { hasWord, runs, type ShellCommand } from '../../shell/index.ts';
import { commandRule, listed } from '../making/make.ts';

export const dl3028 = commandRule(
  {
    code: 'DL3028',
    severity: 'warning',
    requires: 'gem install names versions',
    why: 'Two builds of the same file can install different versions, and a new major version can break the program.',
  },
  (command) => {
    if (!runs(command, 'gem', 'install', 'i') || hasWord(command, '-v', '--version')) {
      return undefined;
    }
    if (command.words.some(({ value }) => value.startsWith('--version='))) return undefined;
    const open = gemsOf(command).filter((name) => !name.includes(':'));
    if (open.length === 0) return undefined;
    return {
      what: `gem installs ${listed(open)} without a version`,
      hint: `write ${open[0]}:VERSION`,
    };
  },
);

/** What comes after `--` is for the compiler; the word after an option is its value. */
function gemsOf({ words }: ShellCommand): readonly string[] {
  const values = words.map(({ value }) => value);
  const end = values.indexOf('--');
  const own = end < 0 ? values : values.slice(0, end);
  return own.filter(
    (value, at) =>
      !value.startsWith('-') &&
      own[at - 1]?.startsWith('-') !== true &&
      value !== 'install' &&
      value !== 'i',
  );
}
