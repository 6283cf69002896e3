/**
 * lamina's own image, built by lamina in a container of lamina's own image, and that one builds an example:
 * npm run image:self. It needs Debian's mirror and the npm registry, and some minutes.
 */
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Workbench } from '../support/cli.ts';
import { ImageContainer, type ImageContainerLimits } from '../support/image-container.ts';
import { followAptAdvice } from './apt-advice.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const BASES = ['debian:trixie-slim', 'debian:bookworm-slim'];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** No entry of /etc/passwd has it. */
const ARBITRARY = 12_345;

const say = (text: string) => process.stdout.write(`==> ${text}\n`);
const bench = new Workbench();
try {
  await main();
} finally {
  bench[Symbol.dispose]();
}

async function main(): Promise<void> {
  chmodSync(bench.directory, 0o755);
  const directory = (name: string, mode = 0o755) => {
    const path = join(bench.directory, name);
    mkdirSync(path);
    chmodSync(path, mode);
    return path;
  };
  const data = directory('data', 0o777);
  for (const base of [...BASES, 'gcr.io/distroless/cc-debian13']) {
    say(`Creating ${base}`);
    await bench.succeed(['base', '--quiet', base]);
  }
  await bench.succeed(['save', '-o', join(data, 'bases.tar'), ...BASES]);
  copyFileSync(CERTIFICATES, join(data, 'certificates.pem'));
  cpSync(join(ROOT, 'examples/hello-go'), join(data, 'hello-go'), { recursive: true });

  for (const target of ['distroless', 'slim']) {
    say(`Building ${target} here`);
    const own = [
      '-f',
      join(ROOT, 'image/Dockerfile'),
      '--target',
      target,
      '-t',
      `lamina:${target}`,
    ];
    await bench.succeed(['build', '-q', '--ca-certificates', 'host', ...own, ROOT]);
  }

  say('Following the advice of lamina doctor with apt-get, as a user with sudo');
  await followAptAdvice(bench, CERTIFICATES);

  // Docker's default capabilities and filter, and a volume; nothing else.
  const inside = (store: string, more: Partial<ImageContainerLimits> = {}) => ({
    limits: {
      network: 'host' as const,
      volumes: { '/var/lib/lamina': store, '/data': data },
      files: { '/workspace': ROOT },
      ...more,
    },
  });
  const trust = ['--ca-certificates', '/data/certificates.pem', '--isolation=chroot'];
  using first = await ImageContainer.of(bench, 'lamina:slim');
  const { limits } = inside(directory('first', 0o1777));
  await first.succeed(['load', '-q', '-i', '/data/bases.tar'], limits);
  say('Building slim in a container of slim, with --isolation=chroot');
  const again = ['-f', 'image/Dockerfile', '--target', 'slim', '-t', 'lamina:inside'];
  await first.succeed(
    [
      'build',
      '--progress=plain',
      ...trust,
      ...again,
      '-o',
      'type=docker,dest=/data/inside.tar',
      '.',
    ],
    limits,
  );
  await bench.succeed(['load', '-q', '-i', join(data, 'inside.tar')]);

  using second = await ImageContainer.of(bench, 'lamina:inside');
  const next = inside(directory('second', 0o1777)).limits;
  await second.succeed(['load', '-q', '-i', '/data/bases.tar'], next);
  say('Building examples/hello-go in a container of the image that was built inside');
  await second.succeed(
    [
      'build',
      '-q',
      ...trust,
      '-t',
      'hello',
      '-o',
      'type=docker,dest=/data/hello.tar',
      '/data/hello-go',
    ],
    next,
  );
  await bench.succeed(['load', '-q', '-i', join(data, 'hello.tar')]);
  const { stdout } = await bench.succeed(['run', '--rm', 'hello']);
  if (!stdout.startsWith('Hello from a linux/')) throw new Error(`hello-go says: ${stdout}`);

  // As with Kubernetes' `restricted`, for each variant.
  for (const target of ['slim', 'distroless']) {
    say(`Building in a container of ${target} as user ${ARBITRARY}, without capabilities`);
    using container = await ImageContainer.of(bench, `lamina:${target}`);
    const { limits: least } = inside('', {
      ...{ uid: ARBITRARY, capabilities: [], noNewPrivileges: true, readOnlyRoot: true },
      volumes: {
        '/var/lib/lamina': directory(`store-${target}`, 0o1777),
        '/tmp': directory(`tmp-${target}`, 0o1777),
        '/data': data,
      },
    });
    await container.succeed(['load', '-q', '-i', '/data/bases.tar'], least);
    const dockerfile = 'FROM debian:trixie-slim\nRUN id -u > /ran\n';
    const built = await container.succeed(['build', '--progress=plain', '-'], least, {
      input: dockerfile,
    });
    if (!built.stderr.includes('isolation: proot')) throw new Error(built.stderr);
  }
  if (!existsSync(join(data, 'inside.tar'))) throw new Error('no image was built inside');
  say('lamina builds itself, inside itself.');
}
