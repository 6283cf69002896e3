/** `lamina optimize`: a naive Dockerfile becomes a small one that passes its test. Needs strace. */
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';

const bench = new Workbench();

beforeAll(() => makeBusyboxImage(bench));
afterAll(() => bench[Symbol.dispose]());

/** A program that reads one file and writes one into an empty directory, and 3 MB that it does not need. */
const NAIVE = [
  'FROM busybox',
  'WORKDIR /opt/app',
  'COPY . .',
  'RUN mkdir /opt/tools && dd if=/dev/zero of=/opt/tools/compiler bs=1M count=3 && cp /opt/tools/compiler /opt/docs && mkdir /opt/data && echo 42 > /opt/data/answer && mkdir -m 1777 /spool',
  'ENV GREETING="Hello, world"',
  'LABEL version=1',
  'CMD ["sh", "/opt/app/main.sh"]',
].join('\n');
const FILES = {
  Dockerfile: NAIVE,
  'main.sh': 'echo > /spool/last && echo "$GREETING: $(cat /opt/data/answer)"\n',
  'views/unused.html': 'kept, since the program may read it',
  '.git/HEAD': 'not for the image',
};

/** A server of this machine on a free port. */
async function answering(body: string) {
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? address?.port : undefined,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

let count = 0;
const project = (files: Readonly<Record<string, string>>) =>
  bench.project(files, `project-${count++}`);

const optimize = (directory: string, ...args: string[]) =>
  bench.lamina(['optimize', directory, '--no-times', ...args]);

describe('lamina optimize', () => {
  it('copies the files that the program uses into an empty image, which does the same', async () => {
    const directory = project(FILES);
    const { stdout, stderr, status } = await optimize(directory);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toMatch(/^kept {5}ignore-file; leave \.git out of the build context$/m);
    expect(stderr).toMatch(/^kept {5}needed-files: \S+MB → \S+; /m);
    expect(stderr).toContain('kept     ordinary-user');
    expect(stdout).toContain('times smaller');
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toBe(NAIVE);
    const file = join(directory, 'Dockerfile.optimized');
    expect(readFileSync(`${file}.dockerignore`, 'utf8')).toBe('.git\n');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('FROM busybox AS build\n');
    expect(text).toMatch(/^COPY --parents --from=build [\s\S]* \/$/m);
    await bench.succeed(['build', '-q', '-f', file, '-t', 'small', directory]);
    expect((await bench.lamina(['run', '--rm', 'small'])).stdout).toBe('Hello, world: 42\n');
    const list = await bench.lamina(['run', '--rm', 'small', 'busybox', 'find', '/opt']);
    expect(list.stdout).toContain('/opt/app/views/unused.html');
    expect(list.stdout).not.toContain('compiler');
    const { stdout: images } = await bench.lamina(['images', '--format', '{{.Repository}}']);
    expect(images).not.toContain('lamina-optimize');
  });

  it('prints the differences, and writes nothing, with --diff', async () => {
    const directory = project(FILES);
    const { stdout } = await optimize(directory, '--diff', '--test', 'sh -c "exit 0"');
    expect(stdout).toMatch(/^-FROM busybox\n\+FROM busybox AS build$/m);
    expect(stdout).toContain('+USER 65532:65532');
    expect(existsSync(join(directory, 'Dockerfile.optimized'))).toBe(false);
  });

  it('lets the output of the image vary when a command is the test', async () => {
    const directory = project({
      Dockerfile:
        'FROM busybox\nRUN dd if=/dev/zero of=/junk bs=1M count=3\nCMD ["sh", "-c", "echo /*"]\n',
    });
    expect((await optimize(directory)).stderr).toContain(
      'dropped  needed-files: the output differs',
    );
    expect((await optimize(directory, '--test', 'echo hi')).stderr).toContain(
      'kept     needed-files',
    );
  });

  it('tries fixes by themselves that spoil the others', async () => {
    const directory = project({
      Dockerfile: [
        'ARG NEVER_USED',
        'FROM busybox',
        'COPY --chmod=755 apt-get /bin/',
        'RUN apt-get install -y tool',
        'CMD echo hi',
      ].join('\n'),
      'apt-get': '#!/bin/sh\ncase "$*" in *no-install*) exit 9;; esac\n',
    });
    const { stderr, status } = await optimize(directory);
    expect(status).toBe(0);
    const tried = [...stderr.matchAll(/^(kept|dropped) +lint-fixes(.*)$/gm)];
    expect(tried.map(([, what, rest = '']) => [what, rest.replace(/^.*finds: /, '')])).toEqual([
      ['dropped', expect.stringContaining('exit')],
      ['kept', 'UnusedArgument'],
      ['dropped', ': it changes the command'],
    ]);
    const text = readFileSync(join(directory, 'Dockerfile.optimized'), 'utf8');
    expect(text).toContain('\nCMD echo hi\n');
    expect(text).not.toContain('NEVER_USED');
  });

  it('measures the slim variant of a base', async () => {
    const bases = {
      'node:24': 'RUN dd if=/dev/zero of=/headers bs=1M count=3',
      'node:24-slim': '',
    };
    for (const [name, line] of Object.entries(bases)) {
      const base = project({ Dockerfile: `FROM busybox\n${line}\n` });
      await bench.succeed(['build', '-q', '-t', name, base]);
    }
    const { stderr } = await optimize(
      project({ Dockerfile: 'FROM node:24\nCMD ["echo", "hi"]\n' }),
    );
    expect(stderr).toMatch(/^kept +slim-base: [\d.]+MB → [\d.]+MB; use the slim variant/m);
  });

  it('keeps what the project brings together with a file that the test uses', async () => {
    const directory = project({
      Dockerfile: [
        'FROM busybox',
        'RUN dd if=/dev/zero of=/junk bs=1M count=3',
        'COPY --chmod=755 ask.sh tell.sh /usr/local/bin/',
        'RUN mkdir -p /var/www/html && echo page > /var/www/html/index.html && echo hidden > /var/www/html/robots.txt',
        'CMD ["ask.sh"]',
      ].join('\n'),
      'ask.sh': '#!/bin/sh\ncat /var/www/html/index.html\n',
      'tell.sh': '#!/bin/sh\ncat /var/www/html/robots.txt\n',
    });
    expect((await optimize(directory)).stderr).toContain('kept     needed-files');
    const file = join(directory, 'Dockerfile.optimized');
    await bench.succeed(['build', '-q', '-f', file, '-t', 'together', directory]);
    const told = await bench.lamina(['run', '--rm', 'together', 'tell.sh']);
    expect(told.stdout).toBe('hidden\n');
  });

  it('keeps what the test needs', async () => {
    const directory = project(FILES);
    await optimize(directory, '--test', 'cat /opt/tools/compiler');
    const text = readFileSync(join(directory, 'Dockerfile.optimized'), 'utf8');
    expect(text).toMatch(/^ {4}\/opt\/tools /m);
  });

  it('drops a change with which a server answers in another way', async () => {
    const port = await freePort();
    const directory = project({
      Dockerfile: [
        'FROM busybox',
        'WORKDIR /www',
        'RUN mkdir cgi-bin && dd if=/dev/zero of=/junk bs=1M count=3',
        `COPY --chmod=755 id cgi-bin/id`,
        `CMD ["httpd", "-f", "-p", "127.0.0.1:${port}", "-h", "/www"]`,
      ].join('\n'),
      id: '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"; id -u\n',
    });
    const { stderr } = await optimize(directory, '--http', `${port}/cgi-bin/id`);
    expect(stderr).toContain('kept     needed-files');
    expect(stderr).toContain('dropped  ordinary-user: the body of the answer differs');
  });

  it('does not take the answer of another program for that of the image', async () => {
    await using other = await answering('not the image');
    const directory = project({
      Dockerfile: `FROM busybox\nCMD ["httpd", "-f", "-p", "127.0.0.1:${other.port}", "-h", "/"]\n`,
    });
    const { status, stderr } = await optimize(directory, '--http', `${other.port}/`);
    expect([status, stderr]).toEqual([1, expect.stringContaining('OPTIMIZE_PORT_TAKEN')]);
    expect(existsSync(join(directory, 'Dockerfile.optimized'))).toBe(false);
  });

  it('tries an ordinary user without a test if the program ends by itself', async () => {
    const directory = project({
      Dockerfile: 'FROM busybox\nRUN dd if=/dev/zero of=/junk bs=1M count=3\nCMD ["echo", "hi"]\n',
    });
    expect((await optimize(directory)).stderr).toContain('kept     ordinary-user');
    const writing = { ...FILES, 'main.sh': 'echo > /opt/x && echo done\n' };
    expect((await optimize(project(writing))).stderr).toContain(
      'dropped  ordinary-user: it ended with status 1; before, it ended with status 0',
    );
  });

  it('waits longer for a program that ended at once before', async () => {
    const directory = project({
      Dockerfile:
        'FROM busybox\nRUN dd if=/dev/zero of=/junk bs=1M count=3\nCMD ["sh", "-c", "case $(echo /*) in *junk*) ;; *) sleep 4;; esac; echo done"]\n',
    });
    expect((await optimize(directory)).stderr).toContain('kept     needed-files');
  });

  it('runs a script beside the container', async () => {
    const port = await freePort();
    const directory = project({
      Dockerfile: `FROM busybox\nRUN echo hi > /index.html && mkdir /big && dd if=/dev/zero of=/big/junk bs=1M count=3\nCMD ["httpd", "-f", "-p", "127.0.0.1:${port}", "-h", "/"]\n`,
      'test.sh': `#!/bin/sh\nuntil busybox wget -qO- "http://$LAMINA_ADDRESS:${port}/"; do :; done\n`,
    });
    chmodSync(join(directory, 'test.sh'), 0o755);
    const { status, stdout, stderr } = await optimize(
      directory,
      '--test-script',
      join(directory, 'test.sh'),
      '--format',
      'json',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { changes } = JSON.parse(stdout);
    expect(changes.map(({ name, kept }: { name: string; kept: boolean }) => [name, kept])).toEqual([
      ['needed-files', true],
      ['ordinary-user', true],
    ]);
  });

  it('says so when the image fails the test unchanged, and writes nothing', async () => {
    const directory = project(FILES);
    const { stderr, status } = await optimize(directory, '--test', 'sh -c "echo broken; exit 3"');
    expect(status).toBe(1);
    expect(stderr).toContain(
      'the image fails the test unchanged: the test ended with status 3: broken',
    );
    expect(stderr).toContain('OPTIMIZE_TEST_FAILED');
    expect(existsSync(join(directory, 'Dockerfile.optimized'))).toBe(false);
  });

  it('replaces the Dockerfile with --in-place', async () => {
    const directory = project(FILES);
    writeFileSync(join(directory, '.dockerignore'), '.git\n');
    await optimize(directory, '--in-place');
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toContain('FROM scratch');
  });

  it.each([
    [['--test', 'x', '--http', '80/'], /only one of --test, --test-script and --http/],
    [['--http', 'x'], /--http/],
    [['--test', '"x'], /not closed/],
    [['-f', 'gone'], /there is no Dockerfile at 'gone'/],
  ])('explains %j', async (args, message) => {
    const { stderr, status } = await optimize(project(FILES), ...args);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});
