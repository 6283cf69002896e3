import { AppError } from '../../errors.ts';
import { builderFlags, defineCommand } from '../command.ts';
import { transferDisplay } from '../transfer-display.ts';
import { commaSeparated } from '../values.ts';

export const imagetoolsCreateCommand = defineCommand({
  usage: '[OPTIONS] [SOURCE...]',
  summary: 'tag an image in a registry, or combine images in an index',
  description: [
    'Nothing is built or pulled into the store. A single index is copied unchanged; several sources become one index, with ' +
      'the manifests of every index among them.',
  ],
  flags: {
    tag: { kind: 'list', short: 't', value: 'name:tag', help: 'name of the result' },
    append: { kind: 'switch', help: 'append to the image or index of the first name' },
    annotation: { kind: 'list', value: '[index:]key=value', help: 'annotate the index' },
    platform: {
      kind: 'list',
      short: 'p',
      value: 'os/arch',
      help: 'include only images for these platforms',
    },
    'prefer-index': {
      kind: 'switch',
      help: 'create an index even for a single image (the default; =false copies the image unchanged)',
    },
    'dry-run': { kind: 'switch', help: 'print the index without pushing it' },
    quiet: { kind: 'switch', short: 'q', help: 'suppress the progress output' },
    file: {
      kind: 'list',
      short: 'f',
      help: 'read the sources from a file',
      notYet: 'give the sources as arguments',
    },
    'metadata-file': {
      kind: 'text',
      value: 'path',
      help: 'write the digest to a file',
      notYet: 'the digest is printed: redirect standard output to a file',
    },
    progress: {
      kind: 'text',
      value: 'kind',
      help: 'type of progress output',
      noEffect: 'there is only one type',
    },
    builder: builderFlags.builder,
  },
  args: [0, Infinity],
  examples: [
    {
      command: 'lamina imagetools create -t example.com/app:latest example.com/app:1.4',
      text: 'give an image in a registry another tag',
    },
    {
      command:
        'lamina imagetools create -t example.com/app:1 example.com/app:amd64 example.com/app:arm64',
      text: 'give images built on two machines one name',
    },
  ],
  async run({ flags, args, given }, context) {
    if (args.length === 0 || (flags.tag.length === 0 && !flags['dry-run'])) {
      throw new AppError('CLI_USAGE', 'imagetools create needs a name and at least one source', {
        expected: 'lamina imagetools create -t NAME:TAG SOURCE...',
      });
    }
    const api = await context.api();
    const display = transferDisplay(flags.quiet, context);
    try {
      const { raw, digest } = await api.createIndex({
        sources: args,
        references: flags.tag,
        append: flags.append,
        annotations: Object.fromEntries(flags.annotation.map(annotation)),
        platforms: commaSeparated(flags.platform),
        preferIndex: given.has('prefer-index') ? flags['prefer-index'] : true,
        dryRun: flags['dry-run'],
        signal: context.signal,
        onEvent: (event) => display.handle(event),
      });
      display.close();
      await context.io.stdout.write(flags['dry-run'] ? raw : `Digest: ${digest}\n`);
    } finally {
      display.close();
    }
    return 0;
  },
});

function annotation(text: string): [key: string, value: string] {
  const [, level, key = '', value] =
    /^(?:([a-z-]+(?:\[[^\]]*\])?):)?([^=]+)=(.*)$/s.exec(text) ?? [];
  if (value === undefined) {
    throw new AppError('CLI_FLAG_VALUE', `invalid value ${JSON.stringify(text)} for --annotation`, {
      expected: '[index:]key=value',
    });
  }
  if (level !== undefined && level !== 'index') {
    throw new AppError('CLI_NOT_YET', `--annotation ${level}: is not supported here`, {
      hint: 'annotate manifests at build time: lamina build --annotation',
    });
  }
  return [key, value];
}
