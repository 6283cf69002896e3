import { hasOption, hasWord, runs } from '../../shell/index.ts';
import { commandRule } from '../making/make.ts';

export const timeInBuild = commandRule(
  {
    code: 'TimeInBuild',
    severity: 'info',
    requires: 'RUN does the same whenever it runs',
    why: 'The same file builds another image each time, and a cached step keeps an old result without a sign of it.',
  },
  (command) => {
    if (command.name === 'date' && !hasOption(command, 'd', 'r', 'date', 'reference')) {
      return {
        what: 'the step uses the time of the build',
        hint: 'pass a value with --build-arg, or use SOURCE_DATE_EPOCH',
      };
    }
    if (runs(command, 'git', 'clone') && !hasOption(command, 'b', 'branch', 'revision')) {
      const isCopy = hasWord(command, '.', '/');
      return {
        what: 'git clones whatever the default branch is today',
        hint: `use ADD https://…#COMMIT${isCopy ? '' : ' DIRECTORY'}, or name a tag with --branch`,
      };
    }
    return undefined;
  },
);
