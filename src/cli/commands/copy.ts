import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { transferDisplay } from '../transfer-display.ts';
import { namespaceOfStore } from '../user-namespace.ts';

export const copyCommand = defineCommand({
  usage: '[OPTIONS] SOURCE DESTINATION',
  summary: 'copy images between registries, layouts and the store',
  description: [
    'SOURCE and DESTINATION are names in registries, `store:NAME` in the local store, `oci:DIRECTORY[:TAG]` (an OCI layout) or ' +
      '`oci-archive:FILE[:TAG]` (an OCI layout in a tar).',
    'Layers are not recompressed, so digests do not change. An index is copied whole, with attestations and everything that ' +
      'refers to its manifests (signatures, SBOMs). The store takes the image for one platform, as with pull.',
  ],
  flags: {
    platform: {
      kind: 'text',
      value: 'os/arch[/variant]',
      help: 'copy only the image for this platform',
    },
    'all-platforms': {
      kind: 'switch',
      short: 'a',
      help: 'copy all platforms (the default without --platform)',
    },
    quiet: { kind: 'switch', short: 'q', help: 'print only the digest' },
    ...storeFlags,
  },
  args: [2, 2],
  namespace: namespaceOfStore,
  examples: [
    {
      command: 'lamina copy debian:bookworm registry.example.com/mirror/debian:bookworm',
      text: 'copy from registry to registry, without the local store',
    },
    { command: 'lamina copy store:app oci:layout:1.0', text: 'copy to an OCI layout' },
  ],
  async run({ flags, args }, context) {
    const [source = '', destination = ''] = args;
    const api = await context.api();
    const display = transferDisplay(flags.quiet, context);
    try {
      const { digest } = await api.copyImage({
        source,
        destination,
        platform: flags['all-platforms'] ? undefined : flags.platform,
        root: rootOf(flags, context),
        signal: context.signal,
        onEvent: (event) => display.handle(event),
      });
      display.close();
      await context.io.stdout.write(flags.quiet ? `${digest}\n` : `Digest: ${digest}\n`);
    } finally {
      display.close();
    }
    return 0;
  },
});
