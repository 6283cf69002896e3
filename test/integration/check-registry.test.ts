/** The build checks ask registries for what they need of base images, and keep nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Workbench } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

let registry: TestRegistry;
let base: string;
const bench = new Workbench();

beforeAll(async () => {
  registry = await startRegistry();
  base = `${registry.name}/team/base:1`;
  const directory = bench.project(
    { Dockerfile: 'FROM scratch\nCOPY file /\nENV OF_BASE=1\nONBUILD ENV X=$UNSET\n', file: '' },
    'base',
  );
  const platforms = ['--platform', 'linux/amd64,linux/arm64'];
  await bench.succeed(['build', '-q', ...platforms, '-t', base, '--push', directory]);
});

afterAll(async () => {
  bench[Symbol.dispose]();
  await registry?.[Symbol.asyncDispose]();
});

/** Checks a file in a store of its own. */
async function check(dockerfile: string, before: readonly (readonly string[])[] = []) {
  using other = new Workbench();
  const directory = other.project({ Dockerfile: dockerfile });
  for (const command of before) await other.succeed(command);
  const images = (await other.succeed(['images', '-q'])).stdout;
  const platform = ['--platform', 'linux/amd64'];
  const asked = ['build', ...platform, '--call=check,format=json', directory];
  const { stdout, stderr, status } = await other.lamina(asked);
  expect((await other.succeed(['images', '-q'])).stdout).toBe(images);
  return { answer: JSON.parse(stdout), stderr, status };
}

interface Found {
  readonly ruleName: string;
  readonly detail: string;
}
const rules = ({ warnings }: { readonly warnings: readonly Found[] }) =>
  warnings.map(({ ruleName, detail }) => `${ruleName} ${/\$\w+/.exec(detail)?.[0]}`);

describe('build --check', () => {
  test('knows the variables and the triggers of images that only a registry has', async () => {
    const { answer, stderr, status } = await check(
      `FROM ${base} AS unused\nFROM ${base}\nENV A=$OF_BASE B=$OF_NOBODY\n`,
    );
    expect(rules(answer)).toEqual([
      'UndefinedVar $UNSET',
      'UndefinedVar $UNSET',
      'UndefinedVar $OF_NOBODY',
    ]);
    expect([stderr, status]).toEqual(['', 1]);
  });

  test('takes the image for the platform, whatever the store has under its name', async () => {
    const pull = ['pull', '-q', '--platform', 'linux/arm64', base];
    const { answer } = await check(`# check=skip=UndefinedVar\nFROM ${base}\n`, [pull]);
    expect(answer).toMatchObject({ warnings: [] });
    expect(answer).not.toHaveProperty('buildError');
  });

  test('does not mix up the platforms of one name', async () => {
    const skipped = 'UndefinedVar,FromPlatformFlagConstDisallowed';
    const { answer } = await check(
      `# check=skip=${skipped}\nFROM ${base}\nFROM --platform=linux/arm64 ${base}\n`,
    );
    expect(answer).toMatchObject({ warnings: [] });
  });

  test('tells images that nobody has apart from those nobody can be asked for', async () => {
    const absent = await check(`FROM scratch\nENV A=$B\nFROM ${registry.name}/none\n`);
    expect(absent.answer).toMatchObject({
      warnings: [{ ruleName: 'UndefinedVar' }],
      buildError: { location: { ranges: [{ start: { line: 3 } }] } },
    });
    const name = `localhost:${await freePort()}/base`;
    const silent = await check(`FROM ${name}\nENV A=$B\n`);
    expect(silent.answer).toMatchObject({ warnings: [] });
    expect(silent.answer).not.toHaveProperty('buildError');
    expect(silent.stderr).toContain(`the config of base image '${name}' is not available`);
    expect(silent.status).toBe(0);
  });

  test('answers in JSON where the file cannot be parsed', async () => {
    const { answer, status } = await check('FROM scratch\nRUNN x\n');
    expect(answer).toMatchObject({
      warnings: [],
      sources: [{ filename: 'Dockerfile', language: 'Dockerfile' }],
      buildError: { location: { ranges: [{ start: { line: 2 } }] } },
    });
    expect(status).toBe(1);
  });
});
