/** A few cases under each isolation; `npm run conformance:isolations` runs all. */
import { expect, it } from 'vitest';
import { cannot } from './isolations/cannot.ts';
import { MACHINES } from './isolations/machines.ts';
import { runCases } from './isolations/run-cases.ts';
import { topics } from './topics.ts';

/** What isolations do in different ways. */
const SAMPLE = [
  ...['exec form', 'user and group by name', 'background processes', 'device nodes'],
  ...['delete and make again', 'owners', 'mounts', 'failure'],
].map((name) => `1.8-run/${name}`);
const MOUNTS = ['bind with rw', 'bind with ro', 'cache keeps', 'secret with owner', 'ssh'].map(
  (name) => `1.8-mounts/${name}`,
);

// The whole suite runs with runc.
it.each(MACHINES.filter((name) => name !== 'runc'))('does what BuildKit does: %s', async (name) => {
  const wanted = new Set([...SAMPLE, ...MOUNTS]);
  const results = await runCases(name, topics, { wants: (one) => wanted.has(one) });
  expect(results.map((one) => one.name).sort()).toEqual([...wanted].sort());
  const listed = cannot(name);
  const unexpected = results.filter(
    (one) => (one.difference !== undefined) !== listed.has(one.name),
  );
  expect(unexpected).toEqual([]);
});

it('names only cases that there are', () => {
  const names = topics.flatMap(({ name, cases }) => cases.map((each) => `${name}/${each.name}`));
  const listed = MACHINES.flatMap((machine) => [...cannot(machine).keys()]);
  expect(listed.filter((one) => !names.includes(one))).toEqual([]);
});
