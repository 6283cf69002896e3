/** Command lines from tutorials, with the first word exchanged. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';

const DOCKERFILE = `
FROM busybox AS builder
RUN echo built > /artifact
FROM busybox
COPY --from=builder /artifact /artifact
COPY files /files
USER app
CMD ["cat", "/artifact"]
`;

describe('docker command lines', () => {
  const bench = new Workbench();
  let directory: string;

  beforeAll(async () => {
    await makeBusyboxImage(bench);
    directory = bench.project(
      {
        Dockerfile: DOCKERFILE,
        'files/two-kilobytes': 'x'.repeat(2048),
        ignored: 'x'.repeat(9999),
      },
      'tutorial',
    );
    await bench.succeed(['build', '-t', 'a', '.'], { cwd: directory });
  });
  afterAll(() => bench[Symbol.dispose]());

  const inShell = (line: string, cwd = directory) =>
    spawnSync('bash', ['-c', `lamina() { "${process.execPath}" "${COMMAND}" "$@"; }; ${line}`], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, LAMINA_ROOT: bench.store },
    });

  it('build -t a .', () => {
    expect(inShell('lamina images').stdout).toMatch(/^a\s+latest\s+[0-9a-f]{12}\s/m);
  });

  it('build --target builder -t a:build . and run -it --rm a:build sh', () => {
    expect(inShell('lamina build --target builder -t a:build .').status).toBe(0);
    const session = join(bench.directory, 'session');
    const typed = `printf 'cat /artifact; tty; exit 7\\n' | script -qec 'node "${COMMAND}" run -it --rm a:build sh' ${session}; echo "status $?"`;
    const { stdout } = inShell(typed);
    expect(stdout).toContain('built');
    expect(stdout).toContain('/dev/');
    expect(stdout).toContain('status 7');
  });

  it('run --rm a whoami', () => {
    expect(inShell('lamina run --rm a whoami').stdout).toBe('app\n');
  });

  it("inspect a | jq '.[0].Config.User'", () => {
    expect(inShell("lamina inspect a | jq '.[0].Config.User'").stdout).toBe('"app"\n');
  });

  it('history a:latest', () => {
    const { stdout } = inShell('lamina history a:latest');
    expect(stdout).toMatch(/^IMAGE\s+CREATED\s+CREATED BY\s+SIZE\s+COMMENT/);
    expect(stdout).toContain('CMD ["cat" "/artifact"]');
    expect(stdout).toContain('buildkit.dockerfile.v0');
  });

  it('build --no-cache --progress=plain . 2>&1 | grep "transferring context"', () => {
    const { stdout, status } = inShell(
      'lamina build --no-cache --progress=plain . 2>&1 | grep "transferring context"',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^#\d+ transferring context: 2\.05kB (\d+\.\d+s )?done$/m);
  });

  it('build - < Dockerfile', () => {
    const { stdout } = inShell(
      "printf 'FROM busybox\\nRUN echo from stdin > /x\\n' | lamina build -q -t piped - && lamina run --rm piped cat /x",
    );
    expect(stdout).toMatch(/^sha256:[0-9a-f]{64}\nfrom stdin\n$/);
  });

  it('build -f other/Dockerfile ctx', () => {
    bench.project(
      { 'other/Dockerfile': 'FROM busybox\nCOPY file /file\n', 'ctx/file': 'in the context\n' },
      'elsewhere',
    );
    const cwd = join(bench.directory, 'elsewhere');
    const line =
      'lamina build -t elsewhere -f other/Dockerfile ctx && lamina run --rm elsewhere cat /file';
    expect(inShell(line, cwd).stdout).toContain('in the context\n');
  });

  it('image ls, image tag, image inspect, image history, image rm, container run, buildx build', () => {
    const lines = [
      'lamina buildx build -t long:one .',
      'lamina image tag long:one long:two',
      'lamina image inspect -f "{{.Config.User}}" long:two',
      'lamina image history -q long:two',
      'lamina container run --rm long:two',
      'lamina image rm long:one long:two',
      'lamina builder prune -f',
    ];
    for (const line of lines) {
      const { status, stderr } = inShell(line);
      expect([line, status, status === 0 ? '' : stderr]).toEqual([line, 0, '']);
    }
    expect(inShell('lamina image ls').stdout).not.toContain('long');
  });

  it('save a | load, and tag keeps the id', () => {
    const id = inShell('lamina images -q --no-trunc a').stdout;
    expect(inShell('lamina save a > a.tar && lamina rmi a && lamina load < a.tar').status).toBe(0);
    expect(inShell('lamina images -q --no-trunc a').stdout).toBe(id);
  });

  it('build --iidfile, --label and --build-arg', () => {
    const made = bench.project(
      { Dockerfile: 'FROM busybox\nARG who=nobody\nRUN echo $who > /who\nCMD cat /who\n' },
      'arguments',
    );
    const line =
      'lamina build --iidfile id --label a=b --build-arg who=me . && lamina run --rm $(cat id) && lamina inspect -f "{{json .Config.Labels}}" $(cat id)';
    expect(inShell(line, made).stdout).toBe('me\n{"a":"b"}\n');
  });

  it('run without --rm says that the container is removed all the same', () => {
    const { stderr } = inShell('lamina run --name short a true');
    expect(stderr).toContain('note: the container is removed when its process ends');
  });

  it('run passes the exit status, environment, volumes, user, directory and entrypoint on', () => {
    const flags = '-e WHO=me -v "$PWD/files:/mnt:ro" -w /mnt -u 123:456 --entrypoint sh';
    const { stdout, status } = inShell(
      `lamina run --rm ${flags} a -c 'echo $WHO $(id -u):$(id -g) $(pwd) $(ls); touch /mnt/x 2>/dev/null || exit 9'`,
    );
    expect(stdout).toBe('me 123:456 /mnt two-kilobytes\n');
    expect(status).toBe(9);
  });

  it('run -i reads standard input', () => {
    expect(inShell('echo over the pipe | lamina run -i --rm a cat').stdout).toBe('over the pipe\n');
  });
});
