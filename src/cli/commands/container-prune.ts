import { defineCommand } from '../command.ts';

export const containerPruneCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'do nothing: containers leave nothing behind',
  flags: {
    all: { kind: 'switch', short: 'a', help: 'also remove named volumes' },
    force: {
      kind: 'switch',
      short: 'f',
      help: 'do not ask for confirmation (lamina never asks here)',
    },
    filter: { kind: 'list', value: 'key=value', help: 'remove only some' },
  },
  args: [0, 0],
  async run(_invocation, { io }) {
    await io.stderr.write('note: there is nothing to remove: containers leave nothing behind\n');
    await io.stdout.write('Total reclaimed space: 0B\n');
    return 0;
  },
});
