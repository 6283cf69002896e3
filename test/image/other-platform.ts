/**
 * lamina's own image for another platform, whole, under emulation: npm run image:other. It needs qemu-user-static, Debian's
 * mirror and the npm registry, and some minutes.
 */
import { chmodSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { registerEmulator } from '../support/binfmt.ts';
import { Workbench } from '../support/cli.ts';
import { ensureFile } from '../support/tools.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const isArm = process.arch === 'arm64';
const PLATFORM = isArm ? 'linux/amd64' : 'linux/arm64';
const DEBIAN = 'debian:trixie-slim';

const say = (text: string) => process.stdout.write(`==> ${text}\n`);
const bench = new Workbench();
try {
  chmodSync(bench.directory, 0o755);
  const emulator = isArm ? 'qemu-x86_64' : 'qemu-aarch64';
  ensureFile(`/usr/bin/${emulator}-static`, 'qemu-user-static');
  using _ = registerEmulator(emulator);
  await main();
} finally {
  bench[Symbol.dispose]();
}

async function main(): Promise<void> {
  say(`Creating ${DEBIAN}, for stages that run here`);
  await bench.succeed(['base', '--quiet', DEBIAN]);
  for (const base of [DEBIAN, 'gcr.io/distroless/cc-debian13']) {
    say(`Creating ${base} for ${PLATFORM}`);
    await bench.succeed(['base', '--quiet', '--platform', PLATFORM, base]);
  }
  for (const target of ['slim', 'distroless']) {
    say(`Building ${target} for ${PLATFORM}`);
    const image = `lamina:${target}`;
    const flags = ['--ca-certificates', 'host', '--platform', PLATFORM, '--target', target];
    const file = ['-f', join(ROOT, 'image/Dockerfile')];
    await bench.succeed(['build', '--quiet', ...flags, ...file, '-t', image, ROOT]);
    const { stdout: platform } = await bench.succeed([
      ...['inspect', '--format', '{{.Os}}/{{.Architecture}}', image],
    ]);
    if (platform.trim() !== PLATFORM) throw new Error(`${image} is for ${platform}`);
    const run = ['run', '--rm', '--platform', PLATFORM, image];
    const { stdout } = await bench.succeed([...run, 'version']);
    if (!stdout.includes(PLATFORM)) throw new Error(`lamina version in ${image}: ${stdout}`);
    process.stdout.write(stdout);
  }
  say(`lamina runs on ${PLATFORM}, slim and distroless.`);
}
