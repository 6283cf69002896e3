import { ATTESTED_IMAGE, attestationFlags, requiredStatements } from '../attached-statements.ts';
import { defineCommand } from '../command.ts';
import { exitStatus } from '../exit-status.ts';

export const attestVerifyCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'verify that attestations belong to their image',
  description: [
    ATTESTED_IMAGE,
    'Verifies that each statement has the digest that the index gives, and names an image of the index by its digest. Who made it is not ' +
      'verified: that takes a signature. The exit status is 1 if there is none, or one is about another image.',
  ],
  flags: attestationFlags,
  args: [1, 1],
  examples: [
    {
      command: 'lamina attest verify --type sbom registry.example.com/app:1',
      text: 'require a bill of materials',
    },
  ],
  async run({ flags, args: [image = ''] }, context) {
    const found = await requiredStatements(image, flags.type, context);
    const lines = found.map(
      ({ predicateType, digest, isAboutImage }) =>
        `${isAboutImage ? 'ok' : 'WRONG IMAGE'}  ${predicateType}  ${digest}\n`,
    );
    await context.io.stdout.write(lines.join(''));
    return found.every(({ isAboutImage }) => isAboutImage)
      ? exitStatus.success
      : exitStatus.failure;
  },
});
