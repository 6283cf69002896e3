/** A few cases on the BuildKit of Debian's Docker; `npm run conformance:builder` runs all on daemons. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { DockerDaemon } from '../support/tools.ts';
import { cannot, DAEMONS } from './builders/cannot.ts';
import { runCasesOn } from './builders/run-cases.ts';
import { SAMPLE } from './builders/sample.ts';
import { topics } from './topics.ts';

let docker: DockerDaemon;
let registry: TestRegistry;
beforeAll(async () => {
  [docker, registry] = await Promise.all([DockerDaemon.start(), startRegistry()]);
}, 180_000);
afterAll(async () => {
  await docker?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
});

it('does what BuildKit does on the BuildKit of a Docker', async () => {
  const address = `docker://${docker.host.slice('unix://'.length)}`;
  const results = await runCasesOn(topics, {
    ...{ address, registry: registry.name },
    // This Docker has no bridge.
    flags: ['--network=none'],
    wants: (name) => SAMPLE.has(name),
  });
  expect(results.map(({ name }) => name).sort()).toEqual([...SAMPLE].sort());
  const listed = cannot('docker');
  const unexpected = results.filter(
    ({ name, difference }) => (difference !== undefined) !== listed.has(name),
  );
  expect(unexpected).toEqual([]);
}, 600_000);

it('names only cases that there are', () => {
  const names = topics.flatMap(({ name, cases }) => cases.map((each) => `${name}/${each.name}`));
  const listed = DAEMONS.flatMap((daemon) => [...cannot(daemon).keys()]);
  expect(listed.filter((one) => !names.includes(one))).toEqual([]);
});
