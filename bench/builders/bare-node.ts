import type { Builder } from './builder.ts';

/** A start of Node.js itself: what every start of lamina contains. */
export function bareNode(): Builder {
  return {
    name: 'bare node',
    version: process.version,
    prepare: () => [],
    commands: (task) =>
      task.kind === 'start' ? [{ program: process.execPath, args: ['-e', '0'] }] : undefined,
  };
}
