// What the scripts need from this machine: commands, packages, root.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';

export const root = new URL('..', import.meta.url).pathname;
/** The command of this clone, executable as it is. */
export const lamina = `${root}lamina`;
/** The program that it runs. */
export const laminaProgram = `${root}dist/bin/lamina.js`;

const PINNED_MAJOR = 24;
const DEBIAN_MODULES = '/usr/share/nodejs';

const SYSTEM_PATHS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/** Prints what the script is doing, so that long work is not silent. */
export function say(text) {
  process.stdout.write(`\n\u001b[1m==> ${text}\u001b[0m\n`);
}

/** Runs a command and shows its output; if it fails, exits with its status. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: 'inherit', cwd: root, ...options });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    process.stderr.write(`\n${command} ${args.join(' ')} failed with status ${result.status}\n`);
    process.exit(result.status ?? 1);
  }
}

/** Runs a command as root, with sudo if needed. */
export function runAsRoot(command, args, options = {}) {
  if (process.getuid?.() === 0) return run(command, args, options);
  if (find('sudo') === undefined) {
    process.stderr.write(`\n${command} needs root, and there is no sudo here. Run this as root.\n`);
    process.exit(1);
  }
  return run('sudo', ['--preserve-env=LAMINA_ROOT,PATH', command, ...args], options);
}

/** The path of a command, also from the directories of root's commands. */
export function find(command) {
  for (const directory of [...(process.env.PATH ?? '').split(':'), ...SYSTEM_PATHS]) {
    const path = `${directory}/${command}`;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // try the next directory
    }
  }
  return undefined;
}

/**
 * Installs Debian packages whose command is missing.
 *
 * @param {Record<string, string>} packages package name → a file or command that it contains
 */
export function installPackages(packages) {
  const missing = Object.entries(packages)
    .filter(([, proof]) => (proof.startsWith('/') ? !existsSync(proof) : find(proof) === undefined))
    .map(([name]) => name);
  if (missing.length === 0) return;
  say(`Installing ${missing.join(', ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  runAsRoot('apt-get', ['update', '-q'], { env });
  runAsRoot('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { env });
}

const lockFile = `${root}package-lock.json`;
/** What npm has installed. */
const installedPackages = `${root}node_modules/.package-lock.json`;
/** Its time is when npm last ran with the pinned Node.js. */
const installedByPinned = `${root}node_modules/.installed-by-pinned-node`;

/** Installs the npm packages, unless they match the lock file. */
export function installNpmPackages() {
  if (isNewer(installedPackages, lockFile)) return;
  say('Installing npm packages');
  npmInstall();
}

/**
 * npm leaves out optional packages that need a newer Node.js than the one that it runs on: programs for this machine.
 * This adds them, with the pinned Node.js, which must be the first in PATH.
 */
export function installSkippedPackages() {
  const npmNode = process.env.npm_node_execpath ?? process.execPath;
  const { stdout } = spawnSync(npmNode, ['--version'], { encoding: 'utf8' });
  if (Number(/^v(\d+)/.exec(stdout)?.[1]) >= PINNED_MAJOR) return;
  if (isNewer(installedByPinned, installedPackages)) return;
  say('Installing npm packages that need a newer Node.js');
  npmInstall();
  writeFileSync(installedByPinned, '');
}

/** Installs what the lock file of a directory lists. */
export function npmInstall(options = {}) {
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  // Where Debian's npm has its modules, which only Debian's Node.js finds.
  if (existsSync(DEBIAN_MODULES)) env.NODE_PATH = DEBIAN_MODULES;
  // Hides warnings that npm itself runs on an old Node.js: these packages do not.
  run('npm', ['install', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'], {
    env,
    ...options,
  });
}

/** Whether a file exists and is not older than another. */
export function isNewer(path, other) {
  const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return time !== undefined && time >= statSync(other).mtimeMs;
}
