import { humanSize } from '../../progress/index.ts';
import { ATTESTED_IMAGE, attachedStatements, attestationFlags } from '../attached-statements.ts';
import { defineCommand } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { jsonText } from '../json-text.ts';
import { renderTable } from '../rows.ts';

export const attestLsCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'list the attestations of an image',
  description: [ATTESTED_IMAGE],
  flags: {
    ...attestationFlags,
    format: {
      kind: 'text',
      value: 'format',
      choices: ['table', 'json'],
      help: 'output format (default: table)',
    },
  },
  args: [1, 1],
  examples: [
    {
      command: 'lamina attest ls registry.example.com/app:1',
      text: 'what is attached to an image',
    },
  ],
  async run({ flags, args: [image = ''] }, context) {
    const found = await attachedStatements(image, flags.type, context);
    const rows = found.map(({ predicate: _, ...row }) => row);
    const text =
      flags.format === 'json'
        ? jsonText(rows, 2)
        : renderTable([
            ['PREDICATE', 'PLATFORM', 'SIZE', 'DIGEST'],
            ...rows.map(({ predicateType, platform, size, digest }) => [
              predicateType,
              platform ?? '',
              humanSize(size),
              digest.slice(0, 19),
            ]),
          ]);
    await context.io.stdout.write(text);
    return exitStatus.success;
  },
});
