import type { PastBuild } from '../../api/index.ts';
import { humanDuration } from '../../progress/index.ts';
import { ago } from '../ago.ts';
import { defineCommand, storeFlags } from '../command.ts';
import { pastBuilds } from '../past-build.ts';
import { type Row, renderRows } from '../rows.ts';

export const buildsLsCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'list past builds',
  description: ['The last 200 builds of a store are on record, newest first.'],
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      help: 'table, json, or a Go template of .ID .Names .Dockerfile .Target .Platforms .Outcome .Steps .Cached .Duration .CreatedSince',
    },
    quiet: { kind: 'switch', short: 'q', help: 'show only IDs' },
    ...storeFlags,
  },
  args: [0, 0],
  async run({ flags }, context) {
    const api = await context.api();
    const builds = await api.listBuilds(pastBuilds(flags, context));
    const text = flags.quiet
      ? builds.map(({ id }) => `${id}\n`).join('')
      : renderRows(builds.map(rowOf), TABLE, flags.format);
    await context.io.stdout.write(text);
    return 0;
  },
});

const TABLE = {
  columns: {
    ...{ ID: 'BUILD ID', CreatedSince: 'CREATED', Duration: 'DURATION', Outcome: 'OUTCOME' },
    ...{ Cached: 'CACHED', Names: 'NAMES', Dockerfile: 'DOCKERFILE' },
  },
  more: { Target: 'TARGET', Platforms: 'PLATFORMS', Steps: 'STEPS' },
};

function rowOf(build: PastBuild): Row {
  const { id, started, milliseconds, outcome, error, dockerfile, target } = build;
  return {
    ID: id,
    CreatedSince: ago(started, Date.now()),
    Duration: humanDuration(milliseconds),
    Outcome: error === null ? outcome : `${outcome} (${error})`,
    Cached: `${build.cached}/${build.steps}`,
    Steps: String(build.steps),
    Names: build.names.join(' '),
    Dockerfile: dockerfile,
    Target: target,
    Platforms: build.platforms.join(' '),
  };
}
