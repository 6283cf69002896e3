/** Machines that lack something: a build fails and cites `lamina doctor`; once its advice was followed, the build works. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitProgram } from '../../src/runtime/emulation/exit-program.ts';
import { makeCertificate, type TestCertificate } from '../support/certificates.ts';
import { Workbench } from '../support/cli.ts';
import { follow, type Machine, without } from '../support/crippled-machines.ts';
import { answerGit } from '../support/git-http-server.ts';
import { makeRepository } from '../support/git-server.ts';
import { serve, type TestServer } from '../support/http-server.ts';
import { ImageContainer, type ImageContainerLimits } from '../support/image-container.ts';
import { makeOwnImage } from '../support/own-image.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

/** Certificates of localhost are not checked. */
const REGISTRY = 'registry.test';
const ARBITRARY = { uid: 12_345, capabilities: [], noNewPrivileges: true };

interface Finding {
  readonly topic: string;
  readonly status: string;
  readonly message: string;
  readonly fix?: string;
}

interface Case {
  readonly limits: ImageContainerLimits;
  readonly env?: Readonly<Record<string, string>>;
  /** The finding whose advice is followed. */
  readonly topic: string;
  readonly message: RegExp;
  readonly doctor?: readonly string[];
  /** Arguments of the build; default: a RUN in busybox. */
  readonly build?: readonly string[];
  readonly code: string;
}

describe('a machine', () => {
  const bench = new Workbench();
  let image: ImageContainer;
  let registry: TestRegistry;
  let certificate: TestCertificate;
  let repositories: TestServer;

  const path = (name: string) => join(bench.directory, name);
  const directory = (name: string, mode = 0o777) => {
    mkdirSync(path(name), { recursive: true });
    chmodSync(path(name), mode);
    return path(name);
  };

  beforeAll(async () => {
    chmodSync(bench.directory, 0o755);
    await makeOwnImage(bench);
    image = await ImageContainer.of(bench, 'lamina:own');
    certificate = await makeCertificate(REGISTRY);
    chmodSync(certificate.certPath, 0o644);
    registry = await startRegistry({
      tls: { cert: certificate.certPath, key: certificate.keyPath },
    });
    await bench.succeed(['tag', 'busybox', `${registry.name}/busybox`]);
    const trusting = { env: { SSL_CERT_FILE: certificate.certPath } };
    await bench.succeed(['push', '-q', `${registry.name}/busybox`], trusting);
    await bench.succeed(['save', '-o', path('busybox.tar'), 'busybox']);
    execFileSync('tar', ['-xf', path('busybox.tar'), '-C', directory('busybox', 0o755)]);
    makeRepository(join(directory('git'), 'app.git'), { Dockerfile: 'FROM busybox\nRUN true\n' });
    repositories = await serve((request, response) => answerGit(path('git'), request, response));
    writeFileSync(path('hosts'), `127.0.0.1 localhost ${REGISTRY}\n`);
    writeFileSync(path('nothing'), '', { mode: 0o644 });
    const files = {
      plain: { Dockerfile: 'FROM busybox\nRUN true\n' },
      pulled: { Dockerfile: `FROM ${REGISTRY}:${registry.port}/busybox\nRUN true\n` },
      arm: { Dockerfile: 'FROM scratch\nCOPY --chmod=755 exit /exit\nRUN ["/exit"]\n' },
    };
    for (const [name, project] of Object.entries(files)) bench.project(project, name);
    writeFileSync(join(path('arm'), 'exit'), exitProgram('arm64') ?? '');
    // Stores that cannot be used.
    mkdirSync(join(directory('newer'), 'store'));
    writeFileSync(join(path('newer'), 'store/version'), '99\n');
    const old = new Workbench({ store: join(directory('old'), 'store') });
    await old.succeed(['load', '-q', '-i', path('busybox.tar')]);
  });
  afterAll(async () => {
    image[Symbol.dispose]();
    await repositories[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    await certificate[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  const noProot = () => without(['/usr/bin/proot'], path('nothing'));
  const cases: Readonly<Record<string, () => Case>> = {
    'whose root lacks a capability': () => ({
      limits: { ...noProot(), capabilities: ['SETUID', 'SETGID', 'SYS_CHROOT', 'KILL'] },
      ...{ topic: 'run', message: /isolation chroot does not work: the capability/ },
      code: 'RUNTIME_NO_ISOLATION',
    }),
    'without proot for a user': () => ({
      limits: { ...ARBITRARY, ...noProot() },
      ...{ topic: 'run', message: /isolation proot does not work/, code: 'RUNTIME_NO_ISOLATION' },
    }),
    'whose user could be root': () => ({
      limits: { ...ARBITRARY, ...noProot() },
      ...{ topic: 'run', message: /isolation chroot does not work/, code: 'RUNTIME_NO_ISOLATION' },
    }),
    'that forbids ptrace': () => ({
      limits: { ...ARBITRARY, refusedCalls: ['ptrace'] },
      ...{ topic: 'run', message: /isolation proot does not work/, code: 'RUNTIME_NO_ISOLATION' },
    }),
    'with a read-only root file system': () => ({
      limits: { ...ARBITRARY, readOnlyRoot: true },
      ...{ topic: 'run', message: /isolation proot does not work/, code: 'RUNTIME_NO_ISOLATION' },
    }),
    'whose /tmp has noexec': () => ({
      limits: { ...ARBITRARY, tmpfs: { '/tmp': 'noexec,nosuid,nodev,mode=1777' } },
      ...{ topic: 'run', message: /isolation proot does not work/, code: 'RUNTIME_NO_ISOLATION' },
    }),
    'with a read-only store': () => ({
      limits: { files: { '/var/lib/lamina': path('old') } },
      ...{ topic: 'store', message: /is read-only/, code: 'STORE_READ_ONLY' },
    }),
    'with the store of a newer lamina': () => ({
      limits: { volumes: { '/var/lib/lamina': path('newer') } },
      ...{ topic: 'store', message: /newer lamina/, code: 'STORE_VERSION' },
    }),
    'with the store of another user': () => ({
      limits: { ...ARBITRARY, volumes: { '/var/lib/lamina': path('old') } },
      ...{ topic: 'store', message: /another user/, code: 'STORE_FOREIGN' },
    }),
    'whose disk is full': () => ({
      limits: { tmpfs: { '/var/lib/lamina': 'size=4m,mode=1777' } },
      ...{ topic: 'store', message: /only 0.0 GB are free/, code: 'STORE_DISK_FULL' },
    }),
    'that does not know the authority of a registry': () => ({
      limits: { network: 'host', files: { '/etc/hosts': path('hosts') } },
      ...{ topic: 'registries', message: /certificate/, code: 'IMAGE_NOT_FOUND' },
      ...{ doctor: [`${REGISTRY}:${registry.port}`], build: ['/projects/pulled'] },
    }),
    'without git': () => ({
      limits: { network: 'host', ...without(['/usr/bin/git'], path('nothing')) },
      ...{ topic: 'tools', message: /git is not installed/, code: 'GIT_MISSING' },
      build: [`${repositories.url}/app.git#main`],
    }),
    'without an emulator': () => ({
      limits: {},
      ...{ topic: 'platforms', message: /linux\/arm64 do not run/, code: 'EMULATOR_MISSING' },
      build: ['--platform=linux/arm64', '/projects/arm'],
    }),
  };

  it.each(Object.keys(cases))('%s is mended by the advice of lamina doctor', async (name) => {
    const {
      limits,
      env = {},
      topic,
      message,
      doctor = ['--offline'],
      build,
      code,
    } = cases[name]?.() ?? never();
    const projects = Object.fromEntries(
      ['plain', 'pulled', 'arm'].map((one) => [`/projects/${one}`, path(one)]),
    );
    const files = { ...projects, '/bases/busybox': path('busybox'), ...limits.files };
    const before: Machine = { limits: { ...limits, files }, env };
    const built = (machine: Machine) => {
      const base = ['--build-context', 'busybox=oci-layout:///bases/busybox'];
      const args = ['build', '-q', ...base, ...(build ?? ['/projects/plain'])];
      return image.run(args, machine.limits, { env: machine.env });
    };
    const findings = async (machine: Machine): Promise<readonly Finding[]> => {
      const args = ['doctor', '--format', 'json', ...doctor];
      const { stdout } = await image.run(args, machine.limits, { env: machine.env });
      const all: readonly Finding[] = JSON.parse(stdout).findings;
      return all.filter((one) => one.topic === topic && message.test(one.message));
    };

    const failed = await built(before);
    expect(failed.status).not.toBe(0);
    expect(failed.stderr).toContain(code);
    expect(failed.stderr).toContain('run `lamina doctor');
    const [found] = await findings(before);
    expect(found).toMatchObject({ status: expect.stringMatching(/^(?:failed|limited)$/) });
    const here = { directory: bench.directory, authority: certificate.certPath };
    const after = follow(found?.fix ?? '', before, here);
    const mended = await built(after);
    expect(mended.stderr).toBe('');
    expect(mended.status).toBe(0);
  });
});

function never(): never {
  throw new Error('no such machine');
}
