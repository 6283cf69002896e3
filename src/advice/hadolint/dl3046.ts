import { hasOption, valuesOf } from '../../shell/index.ts';
import { insertAt, safeFix } from '../edits.ts';
import { commandRule } from '../making/make.ts';

const LONG_ID = 5;

export const dl3046 = commandRule(
  {
    code: 'DL3046',
    severity: 'warning',
    requires: 'useradd with a high user ID has --no-log-init',
    why: 'useradd writes an entry for each lower ID into /var/log/lastlog and faillog: sparse files that become gigabytes in a layer.',
  },
  (command, { script }) => {
    if (command.name !== 'useradd' || hasOption(command, 'l', 'no-log-init')) return undefined;
    const id = valuesOf(command, 'u').find(({ value }) => value.length > LONG_ID);
    if (id === undefined) return undefined;
    const name = { start: command.start, end: command.start + 'useradd'.length };
    const isPlain = !script.isExec && script.text.slice(name.start, name.end) === 'useradd';
    return {
      what: `useradd has the high ID ${id.value} without --no-log-init`,
      hint: 'add --no-log-init',
      fix: isPlain
        ? safeFix('add --no-log-init', insertAt(script.rangeOf(name).end, ' --no-log-init'))
        : undefined,
    };
  },
);
