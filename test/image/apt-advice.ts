/** Advice of `lamina doctor` that installs packages, followed to the letter on a Debian machine: an ordinary user with sudo. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitProgram } from '../../src/runtime/emulation/exit-program.ts';
import type { Workbench } from '../support/cli.ts';
import { answerGit } from '../support/git-http-server.ts';
import { makeRepository } from '../support/git-server.ts';
import { serve } from '../support/http-server.ts';
import { ImageContainer } from '../support/image-container.ts';

const USER = 1000;
const ROOTLESS = 'FROM debian:trixie-slim\nRUN true\n';

/** The Debian packages it lacks are those that the cases below install. Commands of apt are not asked to confirm. */
const MACHINE = `FROM lamina:slim
COPY --chmod=644 certificates.pem /usr/local/share/ca-certificates/here.crt
RUN update-ca-certificates && apt-get update && apt-get install -y --no-install-recommends sudo \\
 && apt-get purge -y --autoremove git proot \\
 && useradd -m -u ${USER} me && echo 'me ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/me \\
 && echo 'APT::Get::Assume-Yes "true";' > /etc/apt/apt.conf.d/yes
`;

interface Case {
  readonly finding: RegExp;
  /** A shell's command that fails before the advice, and works after it. */
  readonly build: string;
}

/**
 * @param bench its store has `lamina:slim` and `debian:trixie-slim`
 * @param certificates PEM, of this machine
 * @throws Error if advice does not help
 */
export async function followAptAdvice(bench: Workbench, certificates: string): Promise<void> {
  const context = bench.project({ Dockerfile: MACHINE }, 'machine');
  copyFileSync(certificates, join(context, 'certificates.pem'));
  const trust = ['--ca-certificates', 'host'];
  await bench.succeed(['build', '-q', ...trust, '-t', 'machine', context]);
  using machine = await ImageContainer.of(bench, 'machine');
  const data = join(bench.directory, 'machine-data');
  mkdirSync(join(data, 'arm'), { recursive: true });
  await bench.succeed(['save', '-o', join(data, 'base.tar'), 'debian:trixie-slim']);
  writeFileSync(join(data, 'arm/exit'), exitProgram('arm64') ?? '');
  const arm = 'FROM scratch\nCOPY --chmod=755 exit /exit\nRUN ["/exit"]\n';
  writeFileSync(join(data, 'arm/Dockerfile'), arm);
  makeRepository(join(data, 'app.git'), { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' });
  await using server = await serve((request, response) => answerGit(data, request, response));

  const load = 'lamina load -q -i /data/base.tar >/dev/null';
  const cases: readonly Case[] = [
    { finding: /isolation proot/, build: `${load} && printf '${ROOTLESS}' | lamina build -q -` },
    { finding: /^git is not installed/, build: `lamina build -q ${server.url}/app.git` },
    {
      finding: /linux\/arm64 do not run/,
      build:
        'sudo apt-get install proot >/dev/null && lamina build -q --platform linux/arm64 /data/arm',
    },
  ];
  for (const { finding, build } of cases) {
    const limits = { uid: USER, network: 'host' as const, files: { '/data': data } };
    const shell = (script: string) =>
      machine.run([script], limits, {
        entrypoint: ['sh', '-c'],
        env: { LAMINA_ISOLATION: 'auto' },
      });
    const before = await shell(build);
    const { stdout } = await shell('lamina doctor --offline --format json');
    const findings: readonly { message: string; fix?: string }[] = JSON.parse(stdout).findings;
    const fix = findings.find(({ message }) => finding.test(message))?.fix ?? 'false';
    const after = await shell(`${fix} >&2 && ${build}`);
    process.stdout.write(`    ${fix}: ${before.status} before, ${after.status} after\n`);
    if (before.status === 0 || after.status !== 0) {
      throw new Error(`'${fix}' does not help:\n${before.stderr}\n${after.stderr}`);
    }
  }
}
