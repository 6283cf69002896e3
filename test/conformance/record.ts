/** Records what BuildKit makes of the cases that are new or have changed; `--all`: of every case. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildkitVersion, buildWithBuildkit, pruneBuildkit } from './build-with-buildkit.ts';
import type { ConformanceCase, Topic } from './case.ts';
import { type Expectation, readExpectations, writeExpectations } from './expectations.ts';
import { topics } from './topics.ts';
import { fingerprint, Workplace } from './workplace.ts';

const AT_ONCE = 4;

const all = process.argv.includes('--all');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const buildkit = await buildkitVersion();
await using workplace = await Workplace.open(mkdtempSync(join(tmpdir(), 'lamina-record-')));
for (const topic of topics) {
  if (wanted.length === 0 || wanted.includes(topic.name)) await recordTopic(topic);
}

async function recordTopic(topic: Topic): Promise<void> {
  const known = readExpectations(topic);
  const results = new Map<string, Expectation>();
  const isFresh = (each: ConformanceCase) =>
    !all && known.cases[each.name]?.input === fingerprint(each);
  const due = topic.cases.filter((each) => !isFresh(each));
  if (due.some(({ second }) => second !== undefined)) await pruneBuildkit();
  const queue = [...due];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results.set(next.name, await recordCase(next));
      process.stderr.write('.');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const entries = topic.cases.flatMap(({ name }) => {
    const expectation = results.get(name) ?? known.cases[name];
    return expectation === undefined ? [] : [[name, expectation] as const];
  });
  const version = due.length > 0 ? buildkit : known.buildkit;
  writeExpectations(topic, { buildkit: version, cases: Object.fromEntries(entries) });
  process.stderr.write(` ${topic.name}: recorded ${due.length} of ${topic.cases.length} cases\n`);
}

async function recordCase(each: ConformanceCase): Promise<Expectation> {
  const written = workplace.write(each);
  try {
    const outcome = await buildWithBuildkit(workplace, each, written);
    return { input: fingerprint(each), outcome: workplace.settled(outcome, written) };
  } finally {
    workplace.remove(written);
  }
}
