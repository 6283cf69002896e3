// The Node.js this repository runs on: a package of toolchain/, whatever the machine itself has.
// An old Node.js reads this file too; keep to syntax that Node.js 18 knows.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, symlinkSync } from 'node:fs';
import { installNpmPackages, root } from './host.mjs';

const OLDEST = [22, 15];
const bin = `${root}node_modules/.bin`;

/** Installs the npm packages, then lets the pinned Node.js run this script unless it does already. */
export function continueWithPinnedNode() {
  installNpmPackages();
  const node = `${bin}/node`;
  if (!existsSync(node) && !linkNode(node)) return requireRecentNode();
  // npm puts this first for its scripts too; what they start then runs on the same Node.js.
  process.env.PATH = `${bin}:${process.env.PATH ?? ''}`;
  if (realpathSync(node) === realpathSync(process.execPath)) return;
  const { status, error } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
  if (error !== undefined) throw error;
  process.exit(status ?? 1);
}

/** npm 9 makes no links for the dependencies of a workspace. @returns false when no package has a Node.js for this machine */
function linkNode(link) {
  const target = `../node-${process.platform}-${process.arch}/bin/node`;
  if (!existsSync(`${bin}/${target}`)) return false;
  symlinkSync(target, link);
  return true;
}

/** For machines the toolchain has no Node.js for. */
function requireRecentNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  process.stderr.write(
    `\nlamina needs Node.js ${OLDEST.join('.')} or later; this is ${process.versions.node}. Get Node.js 24 from https://nodejs.org/download\n`,
  );
  process.exit(1);
}
