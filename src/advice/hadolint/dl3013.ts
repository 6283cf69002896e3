import { hasOption, hasWord } from '../../shell/index.ts';
import { commandRule, listed } from '../making/make.ts';
import { isPipInstall, pipPackages } from '../making/pip.ts';

const REPOSITORY = /^(?:git|hg|svn|bzr)(?:\+|$|:)/;

export const dl3013 = commandRule(
  {
    code: 'DL3013',
    severity: 'warning',
    requires: 'pip install names versions',
    why: 'Two builds of the same file can install different versions, and a new major version can break the program.',
  },
  (command) => {
    if (!isPipInstall(command) || hasOption(command, 'c', 'constraint')) return undefined;
    if (hasWord(command, '-r', '--requirement', '.')) return undefined;
    const open = pipPackages(command)
      .map(({ value }) => value)
      .filter((name) => !isPinned(name));
    if (open.length === 0) return undefined;
    return {
      what: `pip installs ${listed(open)} without a version`,
      hint: `write ${open[0]}==VERSION, or install from a file with --requirement`,
    };
  },
);

/** Names a version, a commit, or a file of one version. */
function isPinned(name: string): boolean {
  if (/==|>=|<=|>|<|!=|~=/.test(name) || /\.(?:whl|tar\.gz)$/.test(name)) return true;
  return REPOSITORY.test(name) ? name.includes('@') : name.includes('/');
}
