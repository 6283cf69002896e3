import { readdirSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { buildRunner, Workshop } from './sandbox-fixture.ts';

beforeAll(buildRunner);

test('gives back the output and the exit status of the process', async () => {
  await using workshop = new Workshop();
  const ran = await workshop.shell('echo out; echo err >&2; exit 7');
  expect(ran).toMatchObject({ exitCode: 7, stdout: 'out\n', stderr: 'err\n', oomKilled: false });
});

test('leaves the upper directory empty when the process writes nothing', async () => {
  await using workshop = new Workshop();
  const upper = workshop.upper();
  const ran = await workshop.run({ upper });
  expect(ran).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  expect(readdirSync(upper)).toEqual([]);
});
