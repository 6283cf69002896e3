import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { shortReference } from '../reference-text.ts';
import { transferDisplay } from '../transfer-display.ts';

export const pullCommand = defineCommand({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  summary: 'download an image from a registry',
  description: [
    'Layers that the store already has are not downloaded again. lamina uses the logins, mirrors and certificates of Docker, ' +
      'containerd and Podman: see `lamina explain registries`.',
  ],
  flags: {
    'all-tags': { kind: 'switch', short: 'a', help: 'download all tags of the repository' },
    platform: {
      kind: 'text',
      value: 'os/arch[/variant]',
      help: 'download the image for this platform (default: $DOCKER_DEFAULT_PLATFORM, else that of this machine)',
    },
    policy: {
      kind: 'text',
      value: 'file',
      help: 'download only if a policy allows the image: containers-policy.json, see docs/policy.md',
    },
    quiet: { kind: 'switch', short: 'q', help: 'print only the name of the image' },
    ...storeFlags,
    'disable-content-trust': {
      kind: 'switch',
      help: 'skip the verification of signatures',
      noEffect: 'signatures of Docker Content Trust are not verified; digests always are',
    },
  },
  args: [1, 1],
  examples: [
    { command: 'lamina pull debian:bookworm-slim', text: 'download an image from Docker Hub' },
    {
      command: 'lamina pull --platform linux/arm64 debian',
      text: 'download an image for another platform',
    },
  ],
  async run({ flags, args }, context) {
    const [image = ''] = args;
    const { io, env } = context;
    const api = await context.api();
    const display = transferDisplay(flags.quiet, context);
    try {
      const pulled = await api.pullImages({
        image,
        allTags: flags['all-tags'],
        platform: flags.platform ?? (env.DOCKER_DEFAULT_PLATFORM || undefined),
        policy: flags.policy,
        root: rootOf(flags, context),
        signal: context.signal,
        onEvent: (event) => display.handle(event),
      });
      display.close();
      const lines = pulled.map(({ reference, digest, isNew }) => {
        if (flags.quiet) return `${reference}\n`;
        const status = isNew ? 'Downloaded newer image for' : 'Image is up to date for';
        return `Digest: ${digest}\nStatus: ${status} ${shortReference(reference)}\n${reference}\n`;
      });
      await io.stdout.write(lines.join(''));
    } finally {
      display.close();
    }
    return 0;
  },
});
