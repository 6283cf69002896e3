import { defineCommand } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { keyText, SIGNED_IMAGE, signatureFlags } from '../signature-flags.ts';
import { keyValues } from '../values.ts';

export const signCommand = defineCommand({
  usage: '--key FILE [OPTIONS] IMAGE',
  summary: 'sign an image in a registry',
  description: [
    SIGNED_IMAGE,
    'Signs the digest of the image, and stores the signature in the same repository, under a tag made of the digest: the form of cosign, which ' +
      'verifies it with `cosign verify --key cosign.pub --insecure-ignore-tlog`. Nothing is sent to a transparency log.',
    'The key is made by `cosign generate-key-pair` or by openssl. The password of an encrypted key comes from COSIGN_PASSWORD, or is asked for.',
  ],
  flags: {
    ...signatureFlags,
    recursive: { kind: 'switch', short: 'r', help: 'sign the image of each platform, too' },
    yes: { kind: 'switch', short: 'y', help: 'do not ask', noEffect: 'nothing is asked' },
    'tlog-upload': {
      kind: 'switch',
      help: 'upload to a transparency log',
      notYet: 'cosign does that',
    },
  },
  args: [1, 1],
  examples: [
    {
      command: 'lamina sign --key cosign.key registry.example.com/app@sha256:5d0b…',
      text: 'sign an image that was pushed',
    },
  ],
  async run({ flags, args: [image = ''] }, context) {
    const { io, env, signal } = context;
    const api = await context.api();
    const signed = await api.signImage({
      image,
      key: keyText(flags.key, env),
      password: async () =>
        env.COSIGN_PASSWORD ??
        (io.stdinIsTerminal ? await io.secret('Password of the private key: ') : undefined),
      annotations: keyValues(flags.annotations, '--annotations', {}),
      recursive: flags.recursive,
      signal,
    });
    const lines = signed.map(({ digest, signature }) => `${digest}  ${signature}\n`);
    await io.stdout.write(lines.join(''));
    return exitStatus.success;
  },
});
