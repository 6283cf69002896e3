import type { InspectedManifest } from '../../api/index.ts';
import { formatPlatform } from '../../oci/index.ts';
import { defineCommand } from '../command.ts';

export const imagetoolsInspectCommand = defineCommand({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  summary: 'show the platforms of an image in a registry',
  flags: {
    raw: { kind: 'switch', help: 'print the exact bytes of the manifest or index' },
    format: {
      kind: 'text',
      value: 'template',
      help: 'Go template',
      notYet: 'use `lamina manifest inspect`, which prints JSON',
    },
  },
  args: [1, 1],
  async run({ flags, args }, context) {
    const [image = ''] = args;
    const api = await context.api();
    const found = await api.inspectManifest({ image, signal: context.signal });
    await context.io.stdout.write(flags.raw ? found.raw : described(found));
    return 0;
  },
});

function described({ reference, mediaType, digest, parts }: InspectedManifest): string {
  const lines = [
    `Name:      ${reference}`,
    `MediaType: ${mediaType}`,
    `Digest:    ${digest}`,
    ...(parts.length === 0 ? [] : ['           ', 'Manifests: ']),
  ];
  const repository = reference.replace(/@.*$/, '');
  for (const part of parts) {
    lines.push(
      `  Name:        ${repository}@${part.digest}`,
      `  MediaType:   ${part.mediaType}`,
      `  Platform:    ${part.platform === undefined ? '' : formatPlatform(part.platform)}`,
      '               ',
    );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
