import { hasOption, hasWord, runs } from '../../shell/index.ts';
import { riskyFix } from '../edits.ts';
import { addWords, commandRule, wordAmong } from '../making/make.ts';

export const dl3015 = commandRule(
  {
    code: 'DL3015',
    severity: 'info',
    requires: 'apt-get install has --no-install-recommends',
    why: 'Recommended packages are installed by default. Most images do not use them, and they can be larger than what you asked for.',
  },
  (command, run) => {
    if (!runs(command, 'apt-get', 'install')) return undefined;
    if (hasOption(command, 'no-install-recommends')) return undefined;
    if (hasWord(command, 'APT::Install-Recommends=false')) return undefined;
    const install = wordAmong(command, 'install') ?? command;
    return {
      what: 'apt-get also installs recommended packages',
      hint: 'add --no-install-recommends, and name the packages that you miss then',
      fix: riskyFix(
        'add --no-install-recommends',
        addWords(run, install, '--no-install-recommends'),
      ),
    };
  },
);
