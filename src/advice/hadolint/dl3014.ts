import { countOption, hasOption, hasWord, runs } from '../../shell/index.ts';
import { safeFix } from '../edits.ts';
import { addWords, commandRule, wordAmong } from '../making/make.ts';

export const dl3014 = commandRule(
  {
    code: 'DL3014',
    severity: 'warning',
    requires: 'apt-get install has -y',
    why: 'apt-get asks for confirmation when it installs dependencies, and a build step has no input to answer with.',
  },
  (command, run) => {
    if (!runs(command, 'apt-get', 'install')) return undefined;
    if (hasOption(command, 'y', 'yes', 'qq', 'assume-yes') || hasWord(command, '-q=2')) {
      return undefined;
    }
    if (countOption(command, 'q') === 2 || countOption(command, 'quiet') === 2) return undefined;
    const install = wordAmong(command, 'install') ?? command;
    return {
      what: 'apt-get install has no -y',
      hint: 'add -y',
      fix: safeFix('add -y', addWords(run, install, '-y')),
    };
  },
);
