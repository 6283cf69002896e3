import { chmodSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CacheCase, cacheCases } from '../../../test/buildkit-cache/cases.ts';
import { type RecordedCache, readRecorded } from '../../../test/buildkit-cache/recorded.ts';
import {
  TINY_CONFIG,
  TINY_PLATFORM,
  tinyLayer,
  writeTinyBase,
} from '../../../test/buildkit-cache/tiny-base.ts';
import { writeCase } from '../../../test/buildkit-cache/write-case.ts';
import { plan } from '../../../test/support/plans.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { openContext, parseDockerignore } from '../../context/index.ts';
import { reachable } from '../../graph/index.ts';
import {
  type DiffId,
  type Digest,
  decodeImageConfig,
  decodeManifest,
  digestOf,
} from '../../oci/index.ts';
import type { PlanOptions } from '../../plan/index.ts';
import {
  BUILDKIT_INLINE_KEY,
  type BuildkitCache,
  type BuildkitRecord,
  decodeBuildkitCache,
  decodeInlineCache,
} from './format.ts';
import { recordDigest } from './keys.ts';
import { Operations } from './operations.ts';
import { BuildkitSteps } from './steps.ts';

const directory = temporaryDirectory('buildkit');

const DIFF_IDS = [digestOf(tinyLayer()) as string as DiffId];

function cacheIn({ manifest, blobs }: RecordedCache): BuildkitCache {
  const blob = (digest: string) => Buffer.from(blobs[digest] ?? '', 'base64');
  const { config, layers } = decodeManifest(blob(manifest));
  const bytes = blob(config.digest);
  const inline: unknown = JSON.parse(bytes.toString())[BUILDKIT_INLINE_KEY];
  if (typeof inline !== 'string') return decodeBuildkitCache(bytes, layers);
  const { diff_ids: diffIds } = decodeImageConfig(bytes).rootfs;
  return decodeInlineCache(Buffer.from(inline, 'base64'), layers, diffIds);
}

interface Change {
  readonly diffIds?: readonly DiffId[];
  readonly manifests?: readonly Digest[];
  readonly options?: Partial<PlanOptions>;
  /** Of the written context. */
  readonly edit?: (context: string) => void;
  readonly cache?: (cache: BuildkitCache) => BuildkitCache;
}

let count = 0;

/** The instructions found in the recorded cache of a case, and those that are not. */
async function find(each: CacheCase, { diffIds = DIFF_IDS, ...change }: Change = {}) {
  const { context } = writeCase(join(directory, String(count++)), each);
  change.edit?.(context);
  const epoch = each.buildArgs?.SOURCE_DATE_EPOCH;
  const { graph, target } = await plan(each.dockerfile, {
    args: each.buildArgs ?? {},
    extraHosts: each.addHost === undefined ? [] : [{ name: 'name', address: '1.2.3.4' }],
    shmSize: each.shmSize === undefined ? undefined : Number(each.shmSize),
    ulimits: each.ulimit === undefined ? [] : [{ name: 'nofile', soft: 1024, hard: 2048 }],
    resolveImage: async (name) => ({
      ...{ name, id: digestOf('base') },
      config: { ...TINY_PLATFORM, config: TINY_CONFIG, rootfs: { type: 'layers', diff_ids: [] } },
    }),
    ...change.options,
  });
  const ignore = parseDockerignore(each.files?.['.dockerignore'] ?? '');
  const tree = openContext({ directory: context, ignore });
  const facts = {
    ...{ graph, contextOf: () => tree },
    imageOf: () => ({ diffIds, manifests: change.manifests ?? [] }),
    epoch: epoch === undefined ? undefined : Number(epoch),
  };
  const recorded = cacheIn(readRecorded(each.name));
  const cache = change.cache?.(recorded) ?? recorded;
  const steps = new BuildkitSteps(cache, new Operations(facts), facts);
  const found: string[] = [];
  const missed: string[] = [];
  for (const { id } of reachable(graph, [target])) {
    const instruction = graph.info.get(id)?.instruction;
    if (instruction === undefined || instruction.startsWith('FROM')) continue;
    const isFound = (await steps.find(id)) !== undefined;
    (isFound ? found : missed).push(instruction);
  }
  return { found, missed };
}

function caseNamed(name: string, change: Partial<CacheCase> = {}): CacheCase {
  const each = cacheCases.find((one) => one.name === name);
  if (each === undefined) throw new Error(`no case ${name}`);
  return { ...each, ...change };
}

function relink(path: string, target: string): void {
  rmSync(path);
  symlinkSync(target, path);
}

const replaced = (name: string, text: string, by: string) =>
  caseNamed(name, { dockerfile: caseNamed(name).dockerfile.replaceAll(text, by) });

describe('the steps of a cache that BuildKit exported', () => {
  const complete = cacheCases.filter(({ mode, inline }) => mode !== 'min' && inline !== true);
  it.each(complete)('are all found: $name', async (each) => {
    expect((await find(each)).missed).toEqual([]);
  });

  it('are those of the image where it has no others', async () => {
    const { missed } = await find(caseNamed('stages-min'));
    expect(missed).toEqual(['COPY main /open/', 'RUN compile']);
    expect((await find(caseNamed('run-min'))).missed).toEqual([]);
    expect((await find(caseNamed('inline'))).found).toContain('RUN after');
  });
});

describe('of something else', () => {
  it.each([
    ['run', 'AGAIN=2', 'AGAIN=7', 'RUN echo'],
    ['run', '"<a & b>"', '"<a & c>"', 'RUN echo'],
    ['run', 'ARG FROM_BASE=argument', 'ENV X=1', 'RUN echo'],
    ['run', 'USER 1001:50', 'USER 1001', 'WORKDIR deeper'],
    ['run', '/open/work', '/open/other', 'WORKDIR /open/other'],
    ['run', 'exec form', 'other form', 'RUN ["/bin/sh", "other form"]'],
    ['run-options', 'RUN --network=none none', 'RUN none', 'RUN none'],
    ['run-options', 'RUN --network=host host', 'RUN host', 'RUN host'],
    ['mounts', 'target=/cache cached', 'target=/cache/ cached', 'RUN --mount=type=cache'],
    ['mounts', 'id=token', 'id=token,required', 'RUN --mount=type=secret'],
    ['mounts', 'source=dir,target=/src', 'source=/,target=/src', 'RUN --mount=type=bind'],
    ['copy', 'COPY file /copied', 'COPY file /copied/', 'COPY file /copied/'],
    ['copy', '--chown=7:+8', '--chown=7:9', 'COPY --chown=7:9'],
    ['copy', '--chmod=750', '--chmod=751', 'COPY --chown=7 --chmod=751'],
    ['copy', 'dir/*.txt', 'dir/*.tx?', 'COPY dir/*.tx?'],
    ['copy', '--exclude=script', '--exclude=scripts', 'COPY --exclude=scripts'],
    ['copy', 'ADD file', 'COPY file', 'COPY file /added'],
    ['link', 'COPY --link file', 'COPY file', 'COPY file /linked'],
    ['here-documents', 'echo two', 'echo 2', 'RUN <<EOF'],
    ['epoch', '/open/w\n', '/open/v\n', 'WORKDIR /open/v'],
  ])('nothing is found from there on: %s, %s → %s', async (name, text, by, first) => {
    const { missed } = await find(replaced(name, text, by));
    expect(missed[0]).toContain(first);
    const count = (await find(caseNamed(name))).found.length;
    expect((await find(replaced(name, text, by))).found.length).toBeLessThan(count);
  });

  it.each<[string, (context: string) => void, string]>([
    ['content', (at) => writeFileSync(join(at, 'file'), 'b file\n'), 'COPY file /copied'],
    ['mode', (at) => chmodSync(join(at, 'dir/sub/deep'), 0o600), 'COPY file dir/'],
    ['mode of a directory', (at) => chmodSync(join(at, 'dir/empty'), 0o700), 'COPY file dir/'],
    ['name', (at) => renameSync(join(at, 'dir/empty'), join(at, 'dir/full')), 'COPY file dir/'],
    ['file more', (at) => writeFileSync(join(at, 'dir/more'), ''), 'COPY file dir/'],
    ['file less', (at) => rmSync(join(at, 'with space')), 'COPY . /open/all'],
    ['link', (at) => relink(join(at, 'dir/link'), '../link'), 'COPY file dir/'],
  ])('a changed %s of a context', async (_, edit, first) => {
    expect((await find(caseNamed('copy'), { edit })).missed[0]).toContain(first);
  });

  it('a changed time of a file makes no difference', async () => {
    const edit = (context: string) => utimesSync(join(context, 'file'), 1, 1);
    expect((await find(caseNamed('copy'), { edit })).missed).toEqual([]);
  });

  it('another base image, another platform, another epoch', async () => {
    const diffIds = [digestOf('other') as string as DiffId];
    expect((await find(caseNamed('run'), { diffIds })).found).toEqual([]);
    expect((await find(caseNamed('run'), { diffIds: [] })).found).toEqual([]);
    const platform = { os: 'linux', architecture: 'arm64' };
    expect((await find(caseNamed('run'), { options: { platform } })).found).toEqual([
      'WORKDIR /open/work',
    ]);
    const buildArgs = { SOURCE_DATE_EPOCH: '1700000001' };
    expect((await find(caseNamed('epoch', { buildArgs }))).found).toEqual(['COPY file /open/']);
  });

  it('an image by another manifest, where the cache does not know its layers', async () => {
    const byLayers = recordDigest(digestOf(`buildkit.source.v0:${DIFF_IDS[0]}`));
    const cache = ({ records }: BuildkitCache) => ({
      records: records.map((record) =>
        record.digest === byLayers ? { ...record, digest: 'sha256:unknown' } : record,
      ),
    });
    const manifest = writeTinyBase(join(directory, 'base')) as Digest;
    const manifests = [digestOf('another'), manifest];
    expect((await find(caseNamed('run'), { cache, manifests })).missed).toEqual([]);
    expect(
      (await find(caseNamed('run'), { cache, manifests: [digestOf('another')] })).found,
    ).toEqual([]);
  });

  it('a file that cannot be read', async () => {
    const edit = (at: string) => relink(join(at, 'dir/link'), 'link');
    const loop = replaced('copy', 'COPY file /copied', 'COPY dir/link /copied');
    expect((await find(loop, { edit })).missed[0]).toBe('COPY dir/link /copied');
  });

  it('a step that always runs again, and its dependents', async () => {
    const options = { noCacheFilter: ['build'] };
    const { missed } = await find(caseNamed('stages'), { options });
    expect(missed).toContain('RUN compile');
    expect(missed).toContain('COPY --from=build /open/src/main /open/src/ran /open/out/');
  });
});

describe('a damaged cache', () => {
  const changed = (change: (record: BuildkitRecord) => Partial<BuildkitRecord>) => ({
    cache: ({ records }: BuildkitCache) => ({
      records: records.map((record) => ({ ...record, ...change(record) })),
    }),
  });

  it('whose layers are others has nothing', async () => {
    const topless = changed(({ results }) => ({
      results: results.map((result) => ({ ...result, layers: result.layers.slice(0, -1) })),
    }));
    expect((await find(caseNamed('run'), topless)).found).toEqual([]);
    const baseless = changed(({ results }) => ({
      results: results.map(({ layers, ...rest }) => ({ ...rest, layers: layers.toReversed() })),
    }));
    expect((await find(caseNamed('run'), baseless)).found).toEqual([]);
  });

  it('whose records lead to one another has nothing', async () => {
    const circular = changed(({ inputs }) => ({
      inputs: inputs.map((links) => links.map((link) => ({ ...link, record: 0 }))),
    }));
    expect((await find(caseNamed('run'), circular)).found).toEqual([]);
  });
});
