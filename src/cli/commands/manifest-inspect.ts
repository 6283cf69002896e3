import type { InspectedManifest, ManifestPart } from '../../api/index.ts';
import { defineCommand } from '../command.ts';
import { jsonText } from '../json-text.ts';

export const manifestInspectCommand = defineCommand({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  summary: 'show a manifest or index in a registry',
  flags: {
    verbose: {
      kind: 'switch',
      short: 'v',
      help: 'also show descriptors, and each manifest of an index',
    },
    raw: { kind: 'switch', help: 'print the exact bytes' },
    insecure: {
      kind: 'switch',
      help: 'accept any certificate, or plain HTTP',
      notYet: 'set LAMINA_INSECURE_REGISTRIES=HOST, or see `lamina explain registries`',
    },
  },
  args: [1, 1],
  examples: [{ command: 'lamina manifest inspect debian', text: 'see the platforms of an image' }],
  async run({ flags, args }, context) {
    const [image = ''] = args;
    const api = await context.api();
    const found = await api.inspectManifest({ image, signal: context.signal });
    const { stdout } = context.io;
    if (flags.raw) await stdout.write(found.raw);
    else await stdout.write(json(flags.verbose ? verbose(found) : found.document));
    return 0;
  },
});

/** Indented as by Docker. */
function json(value: unknown): string {
  return jsonText(value, '\t');
}

/** Docker's shape: an object for a manifest, a list for an index. */
function verbose(found: InspectedManifest): unknown {
  if (found.parts.length > 0) return found.parts.map((part) => entry(found, part));
  const { mediaType, digest, size, raw, document, config } = found;
  const platform = config && {
    architecture: config.architecture,
    os: config.os,
    ...(config.variant === undefined ? {} : { variant: config.variant }),
  };
  return entry(found, { mediaType, digest, size, raw, document, platform });
}

function entry({ reference }: InspectedManifest, part: ManifestPart): unknown {
  const { mediaType, digest, size, platform, raw, document } = part;
  const isDocker = mediaType.includes('docker');
  return {
    Ref: reference.includes('@') ? reference : `${reference}@${digest}`,
    Descriptor: { mediaType, digest, size, ...(platform === undefined ? {} : { platform }) },
    Raw: Buffer.from(raw).toString('base64'),
    [isDocker ? 'SchemaV2Manifest' : 'OCIManifest']: document,
  };
}
