/** Everyday `docker` command lines, run as `lamina`: each works, or prints one line with what to do instead. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { busybox, COMMAND, Workbench } from '../support/cli.ts';
import { type DockerLine, dockerTopics } from '../support/docker-lines.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const bench = new Workbench();
let registry: TestRegistry;
let directory: string;

const DOCKERFILE = `FROM base AS build
ARG VERSION=1
RUN echo hello > /hello
FROM base
COPY --from=build /hello /hello
CMD ["cat", "/hello"]
`;

beforeAll(async () => {
  registry = await startRegistry();
  const base = bench.project(
    {
      Dockerfile:
        'FROM scratch\nCOPY --chmod=755 busybox /bin/\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\n',
      busybox: readFileSync(busybox()),
    },
    'base',
  );
  await bench.succeed(['build', '-t', 'base', base]);
  const files = {
    Dockerfile: DOCKERFILE,
    'Dockerfile.plain': 'FROM base\n',
    'token.txt': 'secret',
    'compose.yaml':
      'services:\n  web:\n    image: composed\n    build:\n      context: .\n      target: build\n',
  };
  directory = bench.project(files, 'project');
  await mkdir(join(bench.directory, 'config'));
});
afterAll(async () => {
  bench[Symbol.dispose]();
  await registry[Symbol.asyncDispose]();
});

function lamina({ line }: DockerLine) {
  const typed = line
    .replaceAll(/(?<=^|[|&(] |=1 )docker /g, 'lamina ')
    .replaceAll('registry.example.com', registry.name);
  const script = `lamina() { "${process.execPath}" -- "${COMMAND}" "$@"; }; set -o pipefail; ${typed}`;
  return spawnSync('bash', ['-c', script], {
    cwd: directory,
    encoding: 'utf8',
    env: {
      ...process.env,
      LAMINA_ROOT: bench.store,
      // No login of this machine, and no Docker to load into.
      DOCKER_CONFIG: join(bench.directory, 'config'),
      LAMINA_LOAD: 'none',
      NO_COLOR: '1',
    },
  });
}

/** The outcome for the table: the hint of a refusal, the error of a failure, or the note of an option without effect. */
function outcome({ status, stderr }: ReturnType<typeof lamina>): string {
  const notes = [...stderr.matchAll(/^note: (.*)$/gm)].map(([, text]) => text);
  if (status === 125) return /^ {2}hint: (.*)$/m.exec(stderr)?.[1] ?? 'no hint';
  if (status === 1) return /^error: (.*)$/m.exec(stderr)?.[1] ?? 'no error';
  if (status !== 0) return 'works: the status is the container’s';
  return notes.length === 0 ? 'works' : notes.join('; ');
}

it('each works, or says what to do instead, and docs/docker.md says which', async () => {
  const sections: string[] = [];
  for (const { title, lines } of dockerTopics) {
    const rows = lines.map((one) => {
      const result = lamina(one);
      const { line, status = 0, prints } = one;
      const shown = result.status === status ? '' : result.stderr;
      expect([line, result.status, shown]).toEqual([line, status, '']);
      if (prints !== undefined)
        expect([line, result.stdout]).toEqual([line, expect.stringMatching(prints)]);
      if (status === 125) expect(result.stderr).toMatch(/^ {2}hint: /m);
      const cells = [`\`${line}\``, outcome(result), String(result.status)];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    });
    sections.push(
      `## ${title}\n\n| line | outcome | status |\n| --- | --- | --- |\n${rows.join('\n')}\n`,
    );
  }
  const page = [INTRODUCTION, ...sections].join('\n');
  expect(dockerTopics.flatMap(({ lines }) => lines).length).toBeGreaterThanOrEqual(60);
  await expect(page).toMatchFileSnapshot('../../docs/docker.md');
});

const INTRODUCTION = `# Docker command lines

To use a \`docker\` command line with lamina, replace \`docker\` with \`lamina\`. A test runs every line of this page, in this order, and
records the outcome (\`npx vitest run --project integration test/e2e/docker-lines.test.ts -u\`).

Scripts can rely on the exit status:

| status | meaning |
| --- | --- |
| 0 | The command succeeds. If it has nothing to do, a note on standard error says so. |
| 1 | The command fails, as Docker's would: an image does not exist, a step fails. |
| 125 | lamina does not have the command or option, or the command line is invalid. The error has a code (\`CLI_NOT_YET\` if Docker has the command or option) and a hint that says what to do instead. |
| other | \`run\`: the exit status of the process in the container; 126 if the program cannot be executed, 127 if it does not exist. |
`;
