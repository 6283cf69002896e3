import { AppError } from '../../errors.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { displaying, makeDisplay } from '../progress.ts';

export const loadCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'read images from an archive',
  description: [
    'Reads what docker save, podman save, skopeo and lamina write: Docker archives and OCI layouts, compressed or not, ' +
      'from standard input or from the file or OCI layout directory given by --input.',
  ],
  flags: {
    input: {
      kind: 'text',
      short: 'i',
      value: 'path',
      help: 'read from a file or directory instead of standard input',
    },
    quiet: { kind: 'switch', short: 'q', help: 'suppress the progress output' },
    ...storeFlags,
    platform: { kind: 'text', help: 'platform to load', notYet: 'remove the option' },
  },
  args: [0, 0],
  examples: [
    { command: 'lamina load -i debian.tar', text: 'read a file' },
    { command: 'docker save debian:12 | lamina load', text: 'take an image from Docker' },
  ],
  async run({ flags }, context) {
    const { io } = context;
    if (flags.input === undefined && io.stdinIsTerminal) {
      throw new AppError('CLI_TERMINAL_INPUT', 'nothing to load: standard input is a terminal', {
        hint: 'use -i FILE, or redirect standard input',
      });
    }
    const api = await context.api();
    const display = makeDisplay(flags.quiet ? 'quiet' : 'auto', context);
    const { images } = await displaying(display, () =>
      api.loadImages({
        source: flags.input ?? io.stdin(),
        root: rootOf(flags, context),
        signal: context.signal,
        onEvent: (event) => display.handle(event),
      }),
    );
    const lines = images.flatMap(({ id, references }) =>
      references.length === 0
        ? [`Loaded image ID: ${id}\n`]
        : references.map((reference) => `Loaded image: ${reference}\n`),
    );
    await io.stdout.write(lines.join(''));
    return 0;
  },
});
