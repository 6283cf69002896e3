import type { Sbom, SbomFormat } from '../../api/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { imagePlatformFlag } from '../image-platform-flag.ts';
import { jsonText } from '../json-text.ts';
import { refuseUnwritable, writeResult } from '../result-files.ts';
import { renderTable } from '../rows.ts';
import { namespaceOfStore } from '../user-namespace.ts';

/** As other tools name the formats. */
const FORMATS: Readonly<Record<string, SbomFormat>> = {
  spdx: 'spdx',
  'spdx-json': 'spdx',
  cyclonedx: 'cyclonedx',
  'cyclonedx-json': 'cyclonedx',
};

export const sbomCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'list the packages of an image as a bill of materials',
  description: [
    'Lists the packages of the final file system: Debian, Alpine and RPM packages, npm, Python, Ruby and Maven packages, and the ' +
      'modules of Go programs. JSON is SPDX 2.3 or CycloneDX 1.6; the same image gives the same document.',
    'IMAGE is a name or an ID in the store, or a name of another transport, as for `lamina report`. If a layer cannot be read, the ' +
      'list is about the others, and the exit status is 1.',
  ],
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      choices: ['table', 'spdx-json', 'cyclonedx-json', 'spdx', 'cyclonedx'],
      help: 'output format (default: table)',
    },
    output: {
      kind: 'text',
      short: 'o',
      value: 'path',
      help: 'file to write (default: standard output)',
    },
    ...imagePlatformFlag,
    ...storeFlags,
  },
  args: [1, 1],
  namespace: namespaceOfStore,
  examples: [
    { command: 'lamina sbom hello', text: 'list the packages of an image of the store' },
    {
      command: 'lamina sbom --format cyclonedx-json -o bom.json docker://debian:trixie',
      text: 'write a CycloneDX document about an image of a registry',
    },
  ],
  async run({ flags, args: [image = ''] }, context) {
    refuseUnwritable('output', flags.output);
    const api = await context.api();
    const result = await api.sbom({
      image,
      platform: flags.platform,
      format: FORMATS[flags.format ?? ''],
      root: rootOf(flags, context),
      signal: context.signal,
    });
    const isTable = flags.format === undefined || flags.format === 'table';
    const text = isTable ? tableOf(result) : jsonText(result.document, 2);
    if (flags.output === undefined) await context.io.stdout.write(text);
    else await writeResult('output', flags.output, text, context.signal);
    for (const problem of result.problems) await context.io.stderr.write(`warning: ${problem}\n`);
    return result.problems.length === 0 ? exitStatus.success : exitStatus.failure;
  },
});

function tableOf({ packages }: Sbom): string {
  return renderTable([
    ['NAME', 'VERSION', 'TYPE'],
    ...packages.map(({ name, version, type }) => [name, version, type]),
  ]);
}
