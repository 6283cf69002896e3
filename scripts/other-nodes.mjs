// The Node.js versions that tests use in addition to the pinned one: the oldest that lamina supports, and one that is too old.
import { existsSync } from 'node:fs';
import { root, run, say } from './host.mjs';

const directory = `${root}toolchain/other-versions`;
const oldest = `${directory}/node_modules/oldest-${process.arch}/bin/node`;

/** Installs them if they are missing. @returns the path of the oldest one */
export function installOtherNodes() {
  if (existsSync(oldest)) return oldest;
  say('Installing more versions of Node.js for the tests');
  run('npm', ['install', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'], {
    cwd: directory,
  });
  return oldest;
}
