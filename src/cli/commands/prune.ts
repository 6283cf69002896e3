import type { Lamina, PruneOptions } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import {
  builderFlags,
  type Command,
  type CommandContext,
  defineCommand,
  rootOf,
  storeFlags,
} from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { checkFilter, imageFilter, parseFilter } from '../image-filters.ts';
import { duration, moment } from '../time-filter.ts';
import { namespaceOfStore } from '../user-namespace.ts';
import { byteSize } from '../values.ts';

const pruneFlags = {
  all: { kind: 'switch', short: 'a', help: 'remove everything, not just what is unused' },
  force: { kind: 'switch', short: 'f', help: 'do not ask for confirmation' },
  ...storeFlags,
} as const satisfies FlagTable;

const imageFilterFlag = {
  kind: 'list',
  value: 'key=value',
  help: 'filter: until=24h|DATE (created before that), label=KEY[=VALUE], label!=KEY[=VALUE]',
} as const;

const cacheFlags = {
  filter: {
    kind: 'list',
    value: 'key=value',
    help: 'filter: until=24h (not used for that long; times of use are stored to the day)',
  },
  'keep-storage': {
    kind: 'text',
    value: 'bytes',
    help: 'amount of cache to keep, such as 10GB; the least recently used goes first; without other filters, applies to the whole cache',
  },
  'reserved-space': { kind: 'text', value: 'bytes', help: 'same as --keep-storage' },
  'max-used-space': { kind: 'text', value: 'bytes', help: 'same as --keep-storage' },
  'min-free-space': {
    kind: 'text',
    value: 'bytes',
    help: 'amount of free disk space to reach; nothing more is removed',
  },
  verbose: { kind: 'switch', help: 'show details', noEffect: 'details are always shown' },
  ...builderFlags,
} as const satisfies FlagTable;

export const builderPruneCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'remove build cache',
  description: [
    'Removes cache that no image needs and no build has used for two days; with --all, the whole cache. Images stay.',
  ],
  flags: { ...pruneFlags, ...cacheFlags },
  args: [0, 0],
  namespace: namespaceOfStore,
  examples: [
    { command: 'lamina builder prune -af', text: 'remove the whole cache' },
    {
      command: 'lamina builder prune -f --keep-storage 10GB',
      text: 'keep 10 GB, for a nightly job',
    },
    {
      command: 'lamina builder prune -f --filter until=72h',
      text: 'remove what has not been used for three days',
    },
  ],
  async run({ flags }, context) {
    const sizes = [flags['keep-storage'], flags['reserved-space'], flags['max-used-space']].flatMap(
      (text) => (text === undefined ? [] : byteSize(text, '--keep-storage')),
    );
    const minFree = flags['min-free-space'];
    const unusedFor = cacheAge(flags.filter);
    const isBounded = sizes.length > 0 || minFree !== undefined;
    const all = flags.all || isBounded;
    const warning = all && !isBounded ? 'all build cache' : 'build cache that is not in use';
    return remove(flags, context, {
      warning,
      options: () => ({
        cache: all ? 'all' : 'unused',
        unusedFor,
        keepBytes: sizes.length > 0 ? Math.max(...sizes) : undefined,
        minFreeBytes: minFree === undefined ? undefined : byteSize(minFree, '--min-free-space'),
      }),
    });
  },
});

export const imagePruneCommand: Command = defineCommand({
  usage: '[OPTIONS]',
  summary: 'remove images without a name',
  description: ['Removes images without a name; with --all, all images.'],
  flags: { ...pruneFlags, filter: imageFilterFlag },
  args: [0, 0],
  namespace: namespaceOfStore,
  examples: [
    {
      command: 'lamina image prune -af --filter until=24h',
      text: 'remove images that are older than a day',
    },
  ],
  async run({ flags }, context) {
    for (const text of flags.filter) checkFilter(parseFilter(text), IMAGE_FILTERS);
    return remove(flags, context, {
      warning: flags.all ? 'ALL images' : 'images without a name',
      options: async (api) => ({
        images: flags.all ? 'all' : 'dangling',
        imageFilter: await acceptsImages(flags, context, api),
      }),
    });
  },
});

export const systemPruneCommand: Command = defineCommand({
  usage: '[OPTIONS]',
  summary: 'remove build cache and images without a name',
  description: [
    'Removes unused build cache and images without a name; with --all, the whole cache and all images.',
  ],
  flags: {
    ...pruneFlags,
    filter: {
      ...imageFilterFlag,
      help: 'filter: until=24h (images created before that, cache not used for that long), label=KEY[=VALUE], label!=KEY[=VALUE] (images)',
    },
    volumes: {
      kind: 'switch',
      help: 'also remove volumes',
      noEffect: 'containers leave no volumes behind',
    },
  },
  args: [0, 0],
  namespace: namespaceOfStore,
  examples: [{ command: 'lamina system prune -af', text: 'remove everything' }],
  async run({ flags }, context) {
    for (const text of flags.filter) checkFilter(parseFilter(text), IMAGE_FILTERS);
    const ages = flags.filter.filter((text) => parseFilter(text).key === 'until');
    return remove(flags, context, {
      warning: flags.all
        ? 'ALL images and all build cache'
        : 'unused build cache and images without a name',
      options: async (api) => ({
        cache: flags.all ? 'all' : 'unused',
        unusedFor: cacheAge(ages),
        images: flags.all ? 'all' : 'dangling',
        imageFilter: await acceptsImages(flags, context, api),
      }),
    });
  },
});

const IMAGE_FILTERS = ['until', 'label', 'label!'];

interface CommonFlags {
  readonly force: boolean;
  readonly root: string | undefined;
}

interface Removal {
  /** What is removed, for the prompt. */
  readonly warning: string;
  readonly options: (api: Lamina) => Promise<PruneOptions> | PruneOptions;
}

async function remove(
  flags: CommonFlags,
  context: CommandContext,
  { warning, options }: Removal,
): Promise<number> {
  if (!flags.force && !(await confirmed(warning, context))) return 0;
  const api = await context.api();
  const { removed, reclaimedBytes } = await api.prune({
    ...(await options(api)),
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
}

/** Undefined without filters: all selected images. */
async function acceptsImages(
  flags: { readonly filter: readonly string[]; readonly root: string | undefined },
  context: CommandContext,
  api: Lamina,
): Promise<PruneOptions['imageFilter']> {
  if (flags.filter.length === 0) return undefined;
  const images = await api.images({ root: rootOf(flags, context), signal: context.signal });
  const facts = { images, now: Date.now() };
  const filters = flags.filter.map((text) => imageFilter(parseFilter(text), facts));
  return (image) => filters.every((accepts) => accepts(image));
}

/** Minimum age of unused cache in milliseconds; undefined without `until`. */
function cacheAge(filters: readonly string[]): number | undefined {
  const ages = filters.map((text) => {
    const filter = parseFilter(text);
    checkFilter(filter, ['until', 'unused-for']);
    const now = Date.now();
    return duration(filter.value) ?? now - moment(filter.value, now);
  });
  return ages.length === 0 ? undefined : Math.max(...ages);
}

async function confirmed(warning: string, { io }: CommandContext): Promise<boolean> {
  const answer = await io.question(`This removes ${warning}. Continue? [y/N] `);
  return /^\s*y(es)?\s*$/i.test(answer ?? '');
}
