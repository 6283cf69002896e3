/** First builds that find their steps in caches BuildKit exported: see `test/buildkit-cache/`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheCase, cacheCases } from '../buildkit-cache/cases.ts';
import { readRecorded, writeLayout } from '../buildkit-cache/recorded.ts';
import { writeTinyBase } from '../buildkit-cache/tiny-base.ts';
import { writeCase } from '../buildkit-cache/write-case.ts';
import { stepsOf, Workbench } from '../support/cli.ts';

const bench = new Workbench();
const base = join(bench.directory, 'base');
beforeAll(() => {
  writeTinyBase(base);
});
afterAll(() => bench[Symbol.dispose]());

interface BuildSettings {
  readonly store?: string;
  readonly args: readonly string[];
}

async function build(each: CacheCase, { store = each.name, args }: BuildSettings) {
  const machine = new Workbench({ store: join(bench.directory, `store-${store}`) });
  const { context, dockerfile } = writeCase(join(bench.directory, store), each);
  const { stderr } = await machine.succeed([
    ...['build', '--progress=plain', '--platform=linux/amd64', '-f', dockerfile],
    ...['--build-context', `base=oci-layout://${base}`, ...args, context],
  ]);
  const { cached, run } = stepsOf(stderr);
  return { cached, run: run.filter((name) => !name.includes('] FROM')) };
}

function caseNamed(name: string): CacheCase {
  const each = cacheCases.find((one) => one.name === name);
  if (each === undefined) throw new Error(`no case ${name}`);
  return each;
}

function cacheFrom(name: string): string {
  const layout = join(bench.directory, `layout-${name}`);
  writeLayout(layout, readRecorded(name));
  return `--cache-from=type=local,src=${layout}`;
}

describe('a cache that BuildKit exported', () => {
  it.each(['stages', 'stages-min', 'mounts', 'inline'])(
    'spares the first build every step: %s',
    async (name) => {
      expect((await build(caseNamed(name), { args: [cacheFrom(name)] })).run).toEqual([]);
      // They are lamina's own steps from now on.
      expect((await build(caseNamed(name), { args: [] })).run).toEqual([]);
    },
  );

  it('gives the layers that BuildKit has made', async () => {
    const layout = join(bench.directory, 'out');
    const output = ['-o', `type=oci,tar=false,dest=${layout}`];
    const each = caseNamed('copy');
    const args = [cacheFrom('copy'), ...output];
    const { cached } = await build(each, { args });
    const ours = readdirSync(join(layout, 'blobs/sha256'));
    const theirs = Object.keys(readRecorded('copy').blobs).map((digest) => digest.slice(7));
    expect(theirs.filter((blob) => ours.includes(blob)).length).toBeGreaterThanOrEqual(
      cached.length,
    );
  });

  it('does not keep steps that must run again from running', async () => {
    const each = caseNamed('scratch');
    const { run } = await build(each, { args: ['--no-cache', cacheFrom('scratch')] });
    expect(run).toHaveLength(3);
  });
});
