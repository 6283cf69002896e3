import { ATTESTED_IMAGE, attestationFlags, requiredStatements } from '../attached-statements.ts';
import { defineCommand } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { jsonText } from '../json-text.ts';

export const attestShowCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'print an attestation of an image as JSON',
  description: [
    ATTESTED_IMAGE,
    'Prints the predicate: of a bill of materials the SPDX document itself. Of several, prints a list.',
  ],
  flags: attestationFlags,
  args: [1, 1],
  examples: [
    {
      command: 'lamina attest show --type sbom registry.example.com/app:1 > app.spdx.json',
      text: 'get the bill of materials',
    },
  ],
  async run({ flags, args: [image = ''] }, context) {
    const found = await requiredStatements(image, flags.type, context);
    const predicates = found.map(({ predicate }) => predicate);
    const shown = predicates.length === 1 ? predicates[0] : predicates;
    await context.io.stdout.write(jsonText(shown, 2));
    return exitStatus.success;
  },
});
