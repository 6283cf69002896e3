// The full test command: installs what the tests need, then runs build, type check, lint, unit and integration tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, root, run, say } from './host.mjs';
import { installOtherNodes } from './other-nodes.mjs';
import { continueWithPinnedNode } from './pinned-node.mjs';

continueWithPinnedNode();
installPackages({
  runc: 'runc',
  crun: 'crun',
  strace: 'strace',
  mmdebstrap: 'mmdebstrap',
  'busybox-static': '/bin/busybox',
  skopeo: 'skopeo',
  podman: 'podman',
  'docker.io': 'dockerd',
  containerd: 'containerd',
  'docker-registry': 'docker-registry',
  buildah: 'buildah',
  'qemu-user-static': '/usr/bin/qemu-aarch64-static',
  'libcap2-bin': '/usr/sbin/setcap',
  proot: 'proot',
  uidmap: 'newuidmap',
  slirp4netns: 'slirp4netns',
  passt: 'pasta',
  jq: 'jq',
  shellcheck: 'shellcheck',
  tmux: 'tmux',
  chromium: 'chromium',
  neovim: 'nvim',
  'golang-github-opencontainers-image-spec-dev':
    '/usr/share/gocode/src/github.com/opencontainers/image-spec/schema/image-manifest-schema.json',
});

const oldest = installOtherNodes();

say('Building');
// The types are checked next.
run(process.execPath, ['scripts/build.mjs', '--unchecked']);
say('Checking types');
run('tsc', ['-p', 'tsconfig.json', '--noEmit']);
run('tsc', ['-p', 'src/web/page', '--noEmit']);
say('Linting');
run('biome', ['check', '--error-on-warnings', '.']);
say('Unit and integration tests');
const results = mkdtempSync(join(tmpdir(), 'lamina-results-'));
const json = join(results, 'results.json');
const { status } = spawnSync('vitest', ['run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: root,
  env: { ...process.env, LAMINA_TEST_RESULTS: json },
});
const counts = existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')) : undefined;
rmSync(results, { recursive: true });
if (counts !== undefined) {
  process.stdout.write(`\n${counts.numPassedTests} passed, ${counts.numFailedTests} failed\n`);
}
if (status !== 0) process.exit(status ?? 1);
say('Unit tests on the oldest supported Node.js');
// Those of test/ hold the texts of this repository to its rules, and count steps of the pinned V8.
run(oldest, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'src/'], {
  env: { ...process.env, LAMINA_TEST_DISPLAY: 'dot' },
});
say('All tests passed. Try next: npm run quickstart');
