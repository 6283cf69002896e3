import { replace, riskyFix } from '../edits.ts';
import { commandRule } from '../making/make.ts';

export const dl3004 = commandRule(
  {
    code: 'DL3004',
    severity: 'error',
    requires: 'RUN does not use sudo',
    why: 'Steps run as root unless USER says otherwise, and sudo changes the environment, signals and exit codes of what it runs.',
  },
  (command, { script }) => {
    if (command.name !== 'sudo') return undefined;
    const [first] = command.words;
    const isPlain =
      !script.isExec && first !== undefined && !first.value.startsWith('-') && first.isLiteral;
    const span = { start: command.start, end: first?.start ?? command.end };
    return {
      what: 'RUN uses sudo',
      hint: 'remove it; put USER root before the step if it needs root, and the other USER after it',
      fix:
        isPlain && command.assignments.length === 0
          ? riskyFix('remove sudo', replace(script.rangeOf(span), ''))
          : undefined,
    };
  },
);
