import { AbortedError, AppError } from '../../errors.ts';
import { printable } from '../../progress/index.ts';
import { type CommandContext, defineCommand, rootOf, storeFlags } from '../command.ts';
import { namespaceOfStore } from '../user-namespace.ts';

export const rmiCommand = defineCommand({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'remove images',
  description: [
    'Removes names; the image is removed with its last name. Layers that other images or the build cache use stay: ' +
      "'lamina builder prune' removes the cache.",
  ],
  flags: {
    force: {
      kind: 'switch',
      short: 'f',
      help: 'remove the image with an ID even if it has several names; ignore images that do not exist',
    },
    ...storeFlags,
    'no-prune': {
      kind: 'switch',
      help: 'keep untagged parents',
      noEffect: 'images have no parents',
    },
    platform: {
      kind: 'list',
      help: 'remove only one platform of an image',
      notYet: 'an image is removed with all its platforms',
    },
  },
  args: [1, Infinity],
  namespace: namespaceOfStore,
  examples: [
    { command: 'lamina rmi hello:old', text: 'remove a name, and the image if it was the last' },
  ],
  async run({ flags, args }, context) {
    const api = await context.api();
    const root = rootOf(flags, context);
    const errors: unknown[] = [];
    const missing: unknown[] = [];
    for (const image of args) {
      if (context.signal.aborted) throw new AbortedError();
      try {
        const result = await api.removeImage({
          image,
          force: flags.force,
          root,
          signal: context.signal,
        });
        const lines = [
          ...result.untagged.map((reference) => `Untagged: ${reference}\n`),
          ...result.deleted.map((id) => `Deleted: ${id}\n`),
        ];
        await context.io.stdout.write(lines.join(''));
      } catch (error) {
        const gone = error instanceof AppError && error.code === 'IMAGE_NOT_FOUND';
        (gone && flags.force ? missing : errors).push(error);
      }
    }
    await noteMissing(missing, context);
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors);
    return 0;
  },
});

/** With --force, a missing image is not a failure, as with `rm`. */
async function noteMissing(errors: readonly unknown[], { io }: CommandContext): Promise<void> {
  for (const error of errors) {
    await io.stderr.write(
      `note: ${printable(error instanceof Error ? error.message : String(error))}\n`,
    );
  }
}
