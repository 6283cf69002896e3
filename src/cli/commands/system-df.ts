import type { DiskUsageRow } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { type Row, renderRows } from '../rows.ts';

export const systemDfCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'show how much room images and cache take',
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      help: 'table, json, or a Go template of .Type .TotalCount .Active .Size .Reclaimable',
    },
    ...storeFlags,
    verbose: { kind: 'switch', short: 'v', help: 'show details', notYet: 'use lamina images' },
  },
  args: [0, 0],
  async run({ flags }, context) {
    const api = await context.api();
    const usage = await api.diskUsage({ root: rootOf(flags, context), signal: context.signal });
    await context.io.stdout.write(renderRows(usage.map(rowOf), format, flags.format));
    return 0;
  },
});

const format = {
  columns: {
    Type: 'TYPE',
    TotalCount: 'TOTAL',
    Active: 'ACTIVE',
    Size: 'SIZE',
    Reclaimable: 'RECLAIMABLE',
  },
};

function rowOf({ type, total, active, bytes, reclaimableBytes }: DiskUsageRow): Row {
  const percent = bytes === 0 ? '' : ` (${Math.floor((reclaimableBytes / bytes) * 100)}%)`;
  return {
    Type: type,
    TotalCount: String(total),
    Active: String(active),
    Size: humanSize(bytes, 4),
    Reclaimable: `${humanSize(reclaimableBytes, 4)}${percent}`,
  };
}
