import type { ImageSummary } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import { ago, goTime } from '../ago.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import {
  checkFilter,
  type Filter,
  type FilterFacts,
  imageFilter,
  parseFilter,
} from '../image-filters.ts';
import { NONE, splitReference } from '../reference-text.ts';
import { type Row, type RowFormat, renderRows } from '../rows.ts';

export const imagesCommand = defineCommand({
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  summary: 'list images',
  description: [
    'The newest image comes first. SIZE is the size of the files in the image, or N/A until all its layers have been downloaded. ' +
      'COMPRESSED is the size of its layers in a registry, or N/A if any of them was built here.',
  ],
  flags: {
    quiet: { kind: 'switch', short: 'q', help: 'print only image IDs' },
    'no-trunc': { kind: 'switch', help: 'do not truncate IDs' },
    digests: { kind: 'switch', help: 'also show manifest digests' },
    compressed: { kind: 'switch', help: 'also show download sizes' },
    filter: {
      kind: 'list',
      short: 'f',
      value: 'key=value',
      help: 'filter the list: dangling=true|false, reference=PATTERN, label=KEY[=VALUE], before=IMAGE, since=IMAGE, until=24h|DATE',
    },
    format: {
      kind: 'text',
      value: 'format',
      help: 'table, json, or a Go template of .ID .Repository .Tag .Digest .CreatedSince .CreatedAt .Size .CompressedSize .Platform',
    },
    ...storeFlags,
    all: { kind: 'switch', short: 'a', help: 'list all images (always on)' },
    tree: {
      kind: 'switch',
      help: 'list images as a tree of platforms',
      notYet: "show platforms with --format '{{.Repository}}:{{.Tag}} {{.Platform}}'",
    },
  },
  args: [0, 1],
  examples: [
    {
      command: "lamina images --format '{{.Repository}}:{{.Tag}} {{.Size}}'",
      text: 'print names and sizes',
    },
    {
      command: 'lamina rmi $(lamina images -q -f dangling=true)',
      text: 'remove images without a name',
    },
  ],
  async run({ flags, args }, context) {
    const filters = flags.filter.map(parseFilter);
    for (const filter of filters) checkFilter(filter, FILTERS);
    const api = await context.api();
    const options = { root: rootOf(flags, context), signal: context.signal };
    const all = [...(await api.images(options))].sort(
      (a, b) => (b.created ?? 0) - (a.created ?? 0),
    );
    const facts = { images: all, now: Date.now() };
    const keep = [
      ...filters.map((filter) => entryFilter(filter, facts)),
      ...args.map(repositoryFilter),
    ];
    const entries = all
      .flatMap(entriesOf)
      .filter((entry) => keep.every((accepts) => accepts(entry)));
    const text = flags.quiet
      ? [...new Set(entries.map(({ image }) => `${shortId(image.id, flags['no-trunc'])}\n`))].join(
          '',
        )
      : renderRows(
          entries.map((entry) => rowOf(entry, flags['no-trunc'])),
          columnsFor(flags.digests, flags.compressed),
          flags.format,
        );
    await context.io.stdout.write(text);
    return 0;
  },
});

interface Entry {
  readonly repository: string;
  readonly tag: string;
  readonly image: ImageSummary;
}

/** One line for each name of an image, or one line without a name. */
function entriesOf(image: ImageSummary): Entry[] {
  if (image.references.length === 0) return [{ repository: NONE, tag: NONE, image }];
  const names = image.references.map(splitReference);
  const tagged = new Set(names.flatMap(({ repository, tag }) => (tag === NONE ? [] : repository)));
  // A name by digest is shown only if no tag of its repository is.
  return names
    .filter(({ repository, tag }) => tag !== NONE || !tagged.has(repository))
    .map((name) => ({ ...name, image }));
}

function rowOf({ repository, tag, image }: Entry, whole: boolean): Row {
  const { os, architecture, variant } = image.platform;
  return {
    Repository: repository,
    Tag: tag,
    Digest: image.manifestDigest,
    ID: shortId(image.id, whole),
    CreatedSince: image.created === undefined ? UNKNOWN : ago(image.created, Date.now()),
    CreatedAt: image.created === undefined ? UNKNOWN : goTime(image.created),
    Size: knownSize(image.size),
    CompressedSize: knownSize(image.compressedSize),
    Platform: [os, architecture, ...(variant === undefined ? [] : [variant])].join('/'),
  };
}

/** Docker's text for unknown values. */
const UNKNOWN = 'N/A';

function knownSize(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : humanSize(bytes);
}

function columnsFor(digests: boolean, compressed: boolean): RowFormat {
  const digest = { Digest: 'DIGEST' };
  const compressedSize = { CompressedSize: 'COMPRESSED' };
  return {
    columns: {
      Repository: 'REPOSITORY',
      Tag: 'TAG',
      ...(digests ? digest : {}),
      ID: 'IMAGE ID',
      CreatedSince: 'CREATED',
      Size: 'SIZE',
      ...(compressed ? compressedSize : {}),
    },
    more: { ...digest, ...compressedSize, CreatedAt: 'CREATED AT', Platform: 'PLATFORM' },
  };
}

/** The first 12 digits, as Docker shows them. */
export function shortId(id: string, whole = false): string {
  return whole ? id : id.replace(/^sha256:/, '').slice(0, 12);
}

type Accepts = (entry: Entry) => boolean;

const FILTERS = ['dangling', 'reference', 'label', 'before', 'since', 'until'];

function entryFilter(filter: Filter, facts: FilterFacts): Accepts {
  if (filter.key === 'reference') return repositoryFilter(filter.value);
  const accepts = imageFilter(filter, facts);
  return ({ image }) => accepts(image);
}

/** `name`, `name:tag`; `*` and `?` match everything except a slash. */
function repositoryFilter(pattern: string): Accepts {
  const [, repository = pattern, tag] = /^(.+?)(?::([^:/]+))?$/.exec(pattern) ?? [];
  const glob = (text: string) =>
    new RegExp(
      `^${text
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]')}$`,
    );
  const repositories = glob(repository);
  const tags = tag === undefined ? undefined : glob(tag);
  return (entry) => repositories.test(entry.repository) && (tags?.test(entry.tag) ?? true);
}
