/** Debian's static busybox for another architecture, from an apt with separate lists and packages. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param architecture in Debian's spelling: `arm64`
 * @param directory an empty directory for lists and packages
 */
export function foreignBusybox(architecture: string, directory: string): Buffer {
  const packages = join(directory, 'packages');
  const root = join(directory, 'root');
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'packages', 'root']) {
    mkdirSync(join(directory, path), { recursive: true });
  }
  const options = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    `Dir::State=${directory}/state`,
    `Dir::Cache=${directory}/cache`,
    'Dir::State::status=/dev/null',
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
  ].flatMap((option) => ['-o', option]);
  const apt = (...args: string[]) =>
    execFileSync('apt-get', [...options, '-q', ...args], { cwd: packages, stdio: 'pipe' });
  apt('update');
  apt('download', 'busybox-static');
  const [file = ''] = readdirSync(packages);
  execFileSync('dpkg-deb', ['-x', join(packages, file), root]);
  return readFileSync(join(root, 'bin/busybox'));
}
