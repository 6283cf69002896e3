import type { PruneOptions } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import {
  type Command,
  type CommandContext,
  defineCommand,
  rootOf,
  storeFlags,
} from '../command.ts';
import type { FlagTable } from '../flags.ts';

const pruneFlags = {
  all: { kind: 'switch', short: 'a', help: 'remove everything, not only what is unused' },
  force: { kind: 'switch', short: 'f', help: 'do not ask' },
  ...storeFlags,
  filter: { kind: 'list', help: 'only some', notYet: 'leave it out' },
} as const satisfies FlagTable;

interface PruneText {
  readonly summary: string;
  readonly description: string;
  readonly what: (
    all: boolean,
  ) => { readonly warning: string } & Pick<PruneOptions, 'cache' | 'images'>;
}

export const builderPruneCommand = pruneCommand({
  summary: 'remove build cache',
  description:
    'Removes what no image needs and no build has used lately; with --all every record of the cache. Images stay.',
  what: (all) => ({
    cache: all ? 'all' : 'unused',
    warning: all ? 'all build cache' : 'build cache that is not in use',
  }),
});

export const imagePruneCommand = pruneCommand({
  summary: 'remove images nothing names',
  description: 'Removes images without a name; with --all every image.',
  what: (all) => ({
    images: all ? 'all' : 'dangling',
    warning: all ? 'ALL images' : 'images without a name',
  }),
});

export const systemPruneCommand = pruneCommand({
  summary: 'remove build cache and images nothing names',
  description: 'Removes unused build cache and images without a name; with --all everything.',
  what: (all) => ({
    cache: all ? 'all' : 'unused',
    images: all ? 'all' : 'dangling',
    warning: all ? 'ALL images and all build cache' : 'unused build cache and nameless images',
  }),
});

function pruneCommand({ summary, description, what }: PruneText): Command {
  return defineCommand({
    usage: '[OPTIONS]',
    summary,
    description: [description],
    flags: pruneFlags,
    args: [0, 0],
    async run({ flags }, context) {
      const { warning, ...targets } = what(flags.all);
      if (!flags.force && !(await confirmed(warning, context))) return 0;
      const api = await context.api();
      const { removed, reclaimedBytes } = await api.prune({
        ...targets,
        root: rootOf(flags, context),
        signal: context.signal,
      });
      const lines = removed.map(
        ({ id, description: text, bytes }) => `${id}  ${humanSize(bytes)}  ${text}\n`,
      );
      await context.io.stdout.write(
        `${lines.join('')}Total reclaimed space: ${humanSize(reclaimedBytes, 4)}\n`,
      );
      return 0;
    },
  });
}

async function confirmed(warning: string, { io }: CommandContext): Promise<boolean> {
  const answer = await io.question(`This removes ${warning}. Go on? [y/N] `);
  return /^\s*y(es)?\s*$/i.test(answer ?? '');
}
