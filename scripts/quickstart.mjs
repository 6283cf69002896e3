// From a fresh clone to a running multi-stage image; can be run repeatedly.
import { spawnSync } from 'node:child_process';
import { find, installPackages, lamina, root, run, runAsRoot, say } from './host.mjs';
import { continueWithPinnedNode } from './pinned-node.mjs';

const BASE = 'debian:bookworm-slim';
const IMAGE = 'hello-go';

continueWithPinnedNode();
installPackages({ runc: 'runc', mmdebstrap: 'mmdebstrap' });

say('Building lamina');
// Nothing here uses the library.
run(process.execPath, ['scripts/build.mjs', '--command']);

say(`Creating the base image ${BASE} from this machine's Debian mirror`);
asLamina('base', BASE);

say('Building examples/hello-go: the compiler stage, then the final image');
asLamina('build', '-t', `${IMAGE}:build`, '--target', 'build', 'examples/hello-go');
asLamina('build', '-t', IMAGE, 'examples/hello-go');

say(`Running ${IMAGE}`);
asLamina('run', '--rm', IMAGE);

report();

function asLamina(...args) {
  runAsRoot(lamina, args);
}

function report() {
  const [stage, final] = [`${IMAGE}:build`, IMAGE].map(sizeOf);
  say('What the multi-stage build saves');
  const rows = [
    ['stage "build" (Debian, Go compiler, sources)', megabytes(stage)],
    ['final image (FROM scratch, one binary)', megabytes(final)],
    ['saved', `${megabytes(stage - final)}, ${Math.round(stage / final)} times smaller`],
  ];
  for (const [what, size] of rows) process.stdout.write(`  ${what.padEnd(46)}${size}\n`);
  const command = process.getuid?.() === 0 ? './lamina' : 'sudo ./lamina';
  process.stdout.write(
    [
      '',
      'Try next:',
      `  ${command} history ${IMAGE}`,
      `  ${command} run --rm -it ${IMAGE}:build sh`,
      `  ${command} build --progress=plain examples/hello-go     (everything cached)`,
      '  npm test',
      '',
    ].join('\n'),
  );
}

function sizeOf(image) {
  const args = [lamina, 'inspect', image];
  const asRoot = process.getuid?.() === 0;
  const [command, ...rest] = asRoot ? args : [find('sudo'), ...args];
  const { stdout } = spawnSync(command, rest, { cwd: root, encoding: 'utf8' });
  return JSON.parse(stdout)[0].Size;
}

function megabytes(bytes) {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
