// The Node.js versions that tests use in addition to the pinned one: the oldest that lamina supports, and one that is too old.
import { isNewer, npmInstall, root, say } from './host.mjs';

const directory = `${root}toolchain/other-versions`;
const oldest = `${directory}/node_modules/oldest-${process.arch}/bin/node`;

/** Installs them unless they match the lock file. @returns the path of the oldest one */
export function installOtherNodes() {
  const installed = `${directory}/node_modules/.package-lock.json`;
  if (!isNewer(installed, `${directory}/package-lock.json`)) {
    say('Installing more versions of Node.js for the tests');
    npmInstall({ cwd: directory });
  }
  return oldest;
}
