import { defineCommand } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { jsonText } from '../json-text.ts';
import { keyText, SIGNED_IMAGE, signatureFlags } from '../signature-flags.ts';
import { keyValues } from '../values.ts';

export const verifyCommand = defineCommand({
  usage: '--key FILE [OPTIONS] IMAGE',
  summary: 'verify who signed an image in a registry',
  description: [
    SIGNED_IMAGE,
    'Succeeds if a signature in the form of cosign was made with the key for exactly this image, and prints the digest of the image: use the image by ' +
      'it, since a tag may change. Transparency logs and certificates are not asked.',
  ],
  flags: {
    ...signatureFlags,
    output: {
      kind: 'text',
      short: 'o',
      value: 'format',
      choices: ['json', 'text'],
      help: 'format',
    },
    'insecure-ignore-tlog': {
      kind: 'switch',
      help: 'ignore transparency logs',
      noEffect: 'none is asked',
    },
  },
  args: [1, 1],
  examples: [
    {
      command: 'lamina verify --key cosign.pub registry.example.com/app:1',
      text: 'verify an image before it is used',
    },
  ],
  async run({ flags, args: [image = ''] }, { io, env, signal, api }) {
    const found = await (await api()).verifySignatures({
      image,
      key: keyText(flags.key, env),
      annotations: keyValues(flags.annotations, '--annotations', {}),
      signal,
    });
    const lines = found.map(({ image: digest, reference, annotations }) =>
      [digest, reference, ...Object.entries(annotations).map((pair) => pair.join('='))].join('  '),
    );
    await io.stdout.write(flags.output === 'json' ? jsonText(found, 2) : `${lines.join('\n')}\n`);
    return exitStatus.success;
  },
});
