import { hasWord, operandsOf } from '../../shell/index.ts';
import { commandRule, listed } from '../making/make.ts';

const VALUED = new Set(['loglevel', 'registry']);

export const dl3016 = commandRule(
  {
    code: 'DL3016',
    severity: 'warning',
    requires: 'npm install names versions',
    why: 'Packages named on the command line are in no lock file, so two builds can install different versions.',
  },
  (command) => {
    if (command.name !== 'npm' || !hasWord(command, 'install')) return undefined;
    const [verb, ...packages] = operandsOf(command, VALUED).map(({ value }) => value);
    if (verb !== 'install') return undefined;
    const open = packages.filter((name) => !isPinned(name));
    if (open.length === 0) return undefined;
    return {
      what: `npm installs ${listed(open)} without a version`,
      hint: `write ${open[0]}@VERSION`,
    };
  },
);

function isPinned(name: string): boolean {
  if (/^git(?:\+(?:ssh|https?))?:\/\//.test(name)) return name.includes('#');
  if (/\.(?:tar|tar\.gz|tgz)$/.test(name) || /^(?:\/|\.\.?\/|~\/)/.test(name)) return true;
  return name.replace(/^@[^/]*/, '').includes('@');
}
