import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { transferDisplay } from '../transfer-display.ts';

const insecure = {
  kind: 'switch',
  help: 'accept any certificate, or plain HTTP',
  notYet: 'set LAMINA_INSECURE_REGISTRIES=HOST, or see `lamina explain registries`',
} as const;

export const manifestCreateCommand = defineCommand({
  usage: '[OPTIONS] LIST IMAGE [IMAGE...]',
  summary: 'create a list of images to push as one index',
  description: [
    'lamina looks the images up in their registries, and keeps the list in the store until `lamina manifest push`. ' +
      '`lamina imagetools create` does both in one step.',
  ],
  flags: {
    amend: { kind: 'switch', short: 'a', help: 'add to an existing list' },
    ...storeFlags,
    insecure,
  },
  args: [2, Infinity],
  examples: [
    {
      command:
        'lamina manifest create example.com/app:1 example.com/app:amd64 example.com/app:arm64',
      text: 'list two images',
    },
  ],
  async run({ flags, args }, context) {
    const [name = '', ...sources] = args;
    const api = await context.api();
    const { signal } = context;
    const { amend } = flags;
    const list = await api.createManifestList({
      ...{ name, sources, amend, signal, root: rootOf(flags, context) },
    });
    await context.io.stdout.write(`Created manifest list ${list}\n`);
    return 0;
  },
});

export const manifestAnnotateCommand = defineCommand({
  usage: '[OPTIONS] LIST IMAGE',
  summary: 'set the platform of an image in a list',
  flags: {
    os: { kind: 'text', value: 'os', help: 'operating system' },
    arch: { kind: 'text', value: 'arch', help: 'architecture' },
    variant: { kind: 'text', value: 'variant', help: 'variant of the architecture' },
    'os-version': { kind: 'text', value: 'version', help: 'version of the operating system' },
    'os-features': { kind: 'list', value: 'feature', help: 'feature of the operating system' },
    ...storeFlags,
  },
  args: [2, 2],
  async run({ flags, args }, context) {
    const [name = '', source = ''] = args;
    const { os, arch, variant } = flags;
    const version = flags['os-version'];
    const features = flags['os-features'];
    const api = await context.api();
    await api.annotateManifestList({
      ...{ name, source, signal: context.signal, root: rootOf(flags, context) },
      platform: {
        ...(os !== undefined && { os }),
        ...(arch !== undefined && { architecture: arch }),
        ...(variant !== undefined && { variant }),
        ...(version !== undefined && { 'os.version': version }),
        ...(features.length > 0 && { 'os.features': features }),
      },
    });
    return 0;
  },
});

export const manifestPushCommand = defineCommand({
  usage: '[OPTIONS] LIST',
  summary: 'push a list as an index, together with its images',
  flags: {
    purge: { kind: 'switch', short: 'p', help: 'remove the list after the push' },
    quiet: { kind: 'switch', short: 'q', help: 'suppress the progress output' },
    ...storeFlags,
    insecure,
  },
  args: [1, 1],
  async run({ flags, args }, context) {
    const [name = ''] = args;
    const api = await context.api();
    const display = transferDisplay(flags.quiet, context);
    try {
      const { digest } = await api.pushManifestList({
        ...{ name, purge: flags.purge, signal: context.signal },
        root: rootOf(flags, context),
        onEvent: (event) => display.handle(event),
      });
      display.close();
      await context.io.stdout.write(`${digest}\n`);
    } finally {
      display.close();
    }
    return 0;
  },
});

export const manifestRemoveCommand = defineCommand({
  usage: 'LIST [LIST...]',
  summary: 'remove lists that were not pushed',
  flags: { ...storeFlags },
  args: [1, Infinity],
  async run({ flags, args }, context) {
    const api = await context.api();
    const { signal } = context;
    await api.removeManifestLists({ names: args, signal, root: rootOf(flags, context) });
    return 0;
  },
});
