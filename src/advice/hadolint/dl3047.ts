import { hasOption, hasWord } from '../../shell/index.ts';
import { insertAt, riskyFix } from '../edits.ts';
import { commandRule } from '../making/make.ts';

const QUIET = ['progress', 'q', 'quiet', 'o', 'output-file', 'a', 'append-output', 'no-verbose'];

export const dl3047 = commandRule(
  {
    code: 'DL3047',
    severity: 'info',
    requires: 'wget does not draw a progress bar',
    why: 'Without a terminal wget prints a line for each 50 KB, which buries the rest of the log.',
  },
  (command, { script }) => {
    if (command.name !== 'wget' || hasOption(command, ...QUIET) || hasWord(command, '-nv')) {
      return undefined;
    }
    const name = { start: command.start, end: command.start + 'wget'.length };
    const isPlain = !script.isExec && script.text.slice(name.start, name.end) === 'wget';
    return {
      what: 'wget fills the log with its progress',
      hint: 'add --progress=dot:giga, or -nv; the wget of busybox has only -q',
      fix: isPlain
        ? riskyFix(
            'add --progress=dot:giga',
            insertAt(script.rangeOf(name).end, ' --progress=dot:giga'),
          )
        : undefined,
    };
  },
);
