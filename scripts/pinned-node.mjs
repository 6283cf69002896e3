// The Node.js that this repository runs on: a package in toolchain/, whatever the machine has.
// An old Node.js reads this file too: use only syntax of Node.js 18.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, symlinkSync } from 'node:fs';
import { installNpmPackages, installSkippedPackages, root } from './host.mjs';

const OLDEST = [22, 15];
const bin = `${root}node_modules/.bin`;

/** Installs the npm packages, then runs this script with the pinned Node.js, unless it already does. */
export function continueWithPinnedNode() {
  installNpmPackages();
  const node = `${bin}/node`;
  if (!existsSync(node) && !linkNode(node)) return requireRecentNode();
  // First in PATH, as npm does for its scripts, so that child processes run on the same Node.js.
  process.env.PATH = `${bin}:${process.env.PATH ?? ''}`;
  installSkippedPackages();
  // npm 9 removes the link again.
  if (!existsSync(node)) linkNode(node);
  if (realpathSync(node) === realpathSync(process.execPath)) return;
  const { status, error } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
  if (error !== undefined) throw error;
  process.exit(status ?? 1);
}

/** npm 9 does not link the dependencies of a workspace. @returns false when no package has a Node.js for this machine */
function linkNode(link) {
  const target = `../node-${process.platform}-${process.arch}/bin/node`;
  if (!existsSync(`${bin}/${target}`)) return false;
  symlinkSync(target, link);
  return true;
}

/** For machines without a Node.js in the toolchain. */
function requireRecentNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  process.stderr.write(
    `\nlamina needs Node.js ${OLDEST.join('.')} or later; this is ${process.versions.node}. Get Node.js 24 from https://nodejs.org/download\n`,
  );
  process.exit(1);
}
