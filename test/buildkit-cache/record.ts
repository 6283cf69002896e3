/** Records the caches that the BuildKit daemon at `$BUILDKIT_HOST` exports of the cases; words: of these only. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildkitVersion, pruneBuildkit } from '../conformance/build-with-buildkit.ts';
import { execute } from '../support/cli.ts';
import { type CacheCase, cacheCases } from './cases.ts';
import { recordedLayout, writeRecorded } from './recorded.ts';
import { writeTinyBase } from './tiny-base.ts';
import { writeCase } from './write-case.ts';

const BUILDCTL = process.env.BUILDCTL ?? 'buildctl';

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const buildkit = await buildkitVersion();
const workplace = mkdtempSync(join(tmpdir(), 'lamina-record-'));
const base = join(workplace, 'base');
const digest = writeTinyBase(base);
for (const each of cacheCases) {
  if (wanted.length === 0 || wanted.includes(each.name)) await record(each);
}
rmSync(workplace, { recursive: true, force: true });

async function record(each: CacheCase): Promise<void> {
  await pruneBuildkit();
  const directory = join(workplace, each.name);
  const { context } = writeCase(directory, each);
  const layout = join(directory, 'layout');
  const opt = (key: string, value: string | undefined) =>
    value === undefined ? [] : ['--opt', `${key}=${value}`];
  const { status, stderr } = await execute(BUILDCTL, [
    ...['build', '--progress=plain', '--frontend=dockerfile.v0'],
    ...['--local', `context=${context}`, '--local', `dockerfile=${directory}`],
    ...['--oci-layout', `base=${base}`],
    ...opt('context:base', `oci-layout://base@${digest}`),
    ...opt('platform', 'linux/amd64'),
    ...opt('target', each.target),
    ...opt('shm-size', each.shmSize),
    ...opt('add-hosts', each.addHost),
    ...opt('ulimit', each.ulimit),
    ...opt('force-network-mode', each.network),
    ...Object.entries(each.buildArgs ?? {}).flatMap(([name, value]) =>
      opt(`build-arg:${name}`, value),
    ),
    ...['--allow', 'network.host'],
    ...(each.inline === true
      ? ['--export-cache', 'type=inline', '--output', `type=oci,tar=false,dest=${layout}`]
      : ['--export-cache', `type=local,dest=${layout},mode=${each.mode ?? 'max'}`]),
  ]);
  if (status !== 0) throw new Error(`${each.name}: ${stderr}`);
  writeRecorded(each.name, recordedLayout(buildkit, layout));
  process.stderr.write(`${each.name} `);
}
