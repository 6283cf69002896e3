import { defineCommand } from '../command.ts';

export const containerPruneCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'removes nothing: containers leave nothing behind',
  flags: {
    all: { kind: 'switch', short: 'a', help: 'named ones too' },
    force: { kind: 'switch', short: 'f', help: 'do not ask (never so)' },
    filter: { kind: 'list', value: 'key=value', help: 'only some' },
  },
  args: [0, 0],
  async run(_invocation, { io }) {
    await io.stderr.write('note: there is nothing to remove: containers leave nothing behind\n');
    await io.stdout.write('Total reclaimed space: 0B\n');
    return 0;
  },
});
