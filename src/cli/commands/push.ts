import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { transferDisplay } from '../transfer-display.ts';
import { namespaceOfStore } from '../user-namespace.ts';

export const pushCommand = defineCommand({
  usage: '[OPTIONS] NAME[:TAG]',
  summary: 'upload an image to a registry',
  description: [
    'The name determines the registry: run `lamina tag app registry.example.com/team/app:1.0`, then push that name. Layers ' +
      'that came from a registry are pushed unchanged; new ones are compressed once. A multi-platform image is pushed as an index.',
  ],
  flags: {
    'all-tags': { kind: 'switch', short: 'a', help: 'upload all tags of the repository' },
    platform: {
      kind: 'text',
      value: 'os/arch[/variant]',
      help: 'upload only the image for this platform',
    },
    quiet: { kind: 'switch', short: 'q', help: 'print only the name of the image' },
    ...storeFlags,
    'disable-content-trust': {
      kind: 'switch',
      help: 'skip signing',
      noEffect: 'images are not signed',
    },
  },
  args: [1, 1],
  namespace: namespaceOfStore,
  examples: [
    {
      command: 'lamina push registry.example.com/team/app:1.0',
      text: 'push an image of the store',
    },
  ],
  async run({ flags, args }, context) {
    const [image = ''] = args;
    const api = await context.api();
    const display = transferDisplay(flags.quiet, context);
    try {
      const pushed = await api.pushImages({
        image,
        allTags: flags['all-tags'],
        platform: flags.platform,
        root: rootOf(flags, context),
        signal: context.signal,
        onEvent: (event) => display.handle(event),
      });
      display.close();
      const lines = pushed.map(({ reference, tag, digest, size }) =>
        flags.quiet ? `${reference}\n` : `${tag}: digest: ${digest} size: ${size}\n`,
      );
      await context.io.stdout.write(lines.join(''));
    } finally {
      display.close();
    }
    return 0;
  },
});
