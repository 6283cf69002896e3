import { AppError } from '../../errors.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';

export const buildsRmCommand = defineCommand({
  usage: '[OPTIONS] [BUILD…]',
  summary: 'forget past builds',
  description: ['Removes records of builds. Images and the build cache stay.'],
  flags: {
    all: { kind: 'switch', short: 'a', help: 'forget all of them' },
    ...storeFlags,
  },
  args: [0, Number.POSITIVE_INFINITY],
  async run({ flags, args }, context) {
    if (flags.all !== (args.length === 0)) {
      throw new AppError('CLI_USAGE', 'give the builds to forget, or --all', {
        hint: 'list them with `lamina builds ls`',
      });
    }
    const api = await context.api();
    const ids = await api.removeBuilds({
      builds: args,
      all: flags.all,
      root: rootOf(flags, context),
      signal: context.signal,
    });
    await context.io.stdout.write(ids.map((id) => `${id}\n`).join(''));
    return 0;
  },
});
