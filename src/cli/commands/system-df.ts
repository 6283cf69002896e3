import type { CacheUsage, DiskUsageRow, ImageUsage } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import { ago } from '../ago.ts';
import { builderFlags, defineCommand, rootOf, storeFlags } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { NONE, splitReference } from '../reference-text.ts';
import { type Row, renderRows } from '../rows.ts';
import { namespaceOfStore } from '../user-namespace.ts';
import { shortId } from './images.ts';

export const systemDfCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'show disk usage of images and cache',
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      help: 'table, json, or a Go template of .Type .TotalCount .Active .Size .Reclaimable',
    },
    verbose: {
      kind: 'switch',
      short: 'v',
      help: 'list images and cache one by one; with --format json, as one object',
    },
    ...storeFlags,
    filter: { kind: 'list', help: 'show only some', notYet: 'remove the option' },
    ...builderFlags,
  },
  args: [0, 0],
  namespace: namespaceOfStore,
  async run({ flags }, context) {
    const api = await context.api();
    const options = { root: rootOf(flags, context), signal: context.signal };
    const { stdout } = context.io;
    if (flags.verbose) {
      const { images, cache } = await api.diskUsageDetails(options);
      const [imageRows, cacheRows] = [images.map(imageRow), cache.map(cacheRow)];
      await stdout.write(
        flags.format === 'json'
          ? jsonText({ Images: imageRows, Containers: [], Volumes: [], BuildCache: cacheRows })
          : `Images space usage:\n\n${renderRows(imageRows, IMAGES)}\nBuild cache usage: ${total(cache)}\n\n${renderRows(cacheRows, CACHE)}`,
      );
      return 0;
    }
    const usage = await api.diskUsage(options);
    await stdout.write(renderRows(usage.map(rowOf), SUMMARY, flags.format));
    return 0;
  },
});

const SUMMARY = {
  columns: {
    Type: 'TYPE',
    TotalCount: 'TOTAL',
    Active: 'ACTIVE',
    Size: 'SIZE',
    Reclaimable: 'RECLAIMABLE',
  },
};

const IMAGES = {
  columns: {
    ...{ Repository: 'REPOSITORY', Tag: 'TAG', ID: 'IMAGE ID', CreatedSince: 'CREATED' },
    ...{ Size: 'SIZE', SharedSize: 'SHARED SIZE', UniqueSize: 'UNIQUE SIZE' },
  },
};

const CACHE = {
  columns: {
    ...{ ID: 'CACHE ID', CacheType: 'CACHE TYPE', Size: 'SIZE', CreatedSince: 'CREATED' },
    ...{ LastUsedSince: 'LAST USED', InUse: 'IN USE', Description: 'DESCRIPTION' },
  },
};

function rowOf({ type, total: count, active, bytes, reclaimableBytes }: DiskUsageRow): Row {
  const percent = bytes === 0 ? '' : ` (${Math.floor((reclaimableBytes / bytes) * 100)}%)`;
  return {
    Type: type,
    TotalCount: String(count),
    Active: String(active),
    Size: humanSize(bytes, 4),
    Reclaimable: `${humanSize(reclaimableBytes, 4)}${percent}`,
  };
}

/** Docker's text for unknown values. */
const UNKNOWN = 'N/A';

function imageRow({ id, references, created, size, sharedBytes }: ImageUsage): Row {
  const { repository, tag } = splitReference(references[0] ?? NONE);
  return {
    Repository: repository,
    Tag: tag,
    ID: shortId(id),
    CreatedSince: since(created),
    Size: size === undefined ? UNKNOWN : humanSize(size),
    SharedSize: humanSize(sharedBytes),
    UniqueSize: size === undefined ? UNKNOWN : humanSize(Math.max(0, size - sharedBytes)),
  };
}

/** Truncated to as many digits as Docker shows. */
const ID_LENGTH = 12;
const DESCRIPTION_LENGTH = 60;

function cacheRow({ id, kind, description, bytes, created, lastUsed, inUse }: CacheUsage): Row {
  const text = description.replace(/\s+/g, ' ');
  return {
    ID: id.slice(0, ID_LENGTH),
    CacheType: kind === 'step' ? 'regular' : 'exec.cachemount',
    Size: humanSize(bytes),
    CreatedSince: since(created),
    LastUsedSince: since(lastUsed),
    InUse: String(inUse),
    Description:
      text.length <= DESCRIPTION_LENGTH ? text : `${text.slice(0, DESCRIPTION_LENGTH - 1)}…`,
  };
}

function since(time: number | undefined): string {
  return time === undefined || time === 0 ? UNKNOWN : ago(time, Date.now());
}

function total(cache: readonly CacheUsage[]): string {
  return humanSize(
    cache.reduce((sum, { bytes }) => sum + bytes, 0),
    4,
  );
}
