// The whole test command: installs what the tests need, then build, type check, lint, unit and integration tests.
import { installNpmPackages, installPackages, run, say } from './host.mjs';

installNpmPackages();
installPackages({
  runc: 'runc',
  mmdebstrap: 'mmdebstrap',
  'busybox-static': '/bin/busybox',
  skopeo: 'skopeo',
  podman: 'podman',
  'docker.io': 'dockerd',
  jq: 'jq',
  tmux: 'tmux',
  'golang-github-opencontainers-image-spec-dev':
    '/usr/share/gocode/src/github.com/opencontainers/image-spec/schema/image-manifest-schema.json',
});

say('Building');
run('npm', ['run', '--silent', 'build']);
say('Checking types');
run('npm', ['run', '--silent', 'typecheck']);
say('Linting');
run('npm', ['run', '--silent', 'lint']);
say('Unit and integration tests');
run('npx', ['--no-install', 'vitest', 'run', ...process.argv.slice(2)]);
say('All tests passed. Try next: npm run quickstart');
