// The tools that check the package: linters for its exports and types, and TypeDoc with a TypeScript that still has a compiler API.
import { existsSync } from 'node:fs';
import { root, run, say } from './host.mjs';

const directory = `${root}toolchain/package-checks`;

/** Installs them if they are missing. @returns the directory of their packages */
export function installPackageChecks() {
  const modules = `${directory}/node_modules`;
  if (existsSync(`${modules}/.package-lock.json`)) return modules;
  say('Installing the package checkers');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: directory });
  return modules;
}
