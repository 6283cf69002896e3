/** What stands for /dev, /proc and /sys where they cannot be mounted. */
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../errors.ts';
import { fsPath, hasErrorCode, makeNode } from '../../system/index.ts';
import { remove } from '../copies/index.ts';
import { COVERED_DIRECTORIES } from '../process/index.ts';

export const DEVICES = [
  ['null', 1, 3],
  ['zero', 1, 5],
  ['full', 1, 7],
  ['random', 1, 8],
  ['urandom', 1, 9],
  ['tty', 5, 0],
] as const;

/** Files of /proc that programs read about the machine, as they are now. */
const MACHINE_FILES = [
  ...['cpuinfo', 'filesystems', 'loadavg', 'meminfo', 'stat', 'uptime', 'version'],
  ...['sys/kernel/osrelease', 'sys/kernel/ostype', 'sys/kernel/pid_max', 'sys/kernel/version'],
  ...['sys/fs/file-max', 'sys/vm/overcommit_memory', 'sys/net/core/somaxconn'],
];

/**
 * Fills the empty directories.
 *
 * @param root latin1 bytes
 * @param terminal whether the process's streams are a terminal
 * @throws AppError RUNTIME_ISOLATION if device nodes have no effect there
 */
export function fillKernelDirectories(root: string, terminal: boolean): void {
  for (const [name, major, minor] of DEVICES) {
    makeNode(`${root}/dev/${name}`, { type: 'char', mode: 0o666, major, minor });
  }
  checkDevices(`${root}/dev/null`);
  mkdirSync(fsPath(`${root}/dev/shm`));
  chmodSync(fsPath(`${root}/dev/shm`), 0o1777);
  const streams = terminal ? ['stdin', 'stdout', 'stderr'] : ['stdin'];
  for (const name of streams) {
    symlinkSync(terminal ? '/dev/tty' : '/dev/null', fsPath(`${root}/dev/${name}`));
  }
  for (const name of MACHINE_FILES) {
    const text = readOrNone(`/proc/${name}`);
    if (text === undefined) continue;
    const path = `${root}/proc/${name}`;
    mkdirSync(fsPath(dirname(path)), { recursive: true });
    writeFileSync(fsPath(path), text, { mode: 0o444 });
  }
}

/** Fills /dev where proot binds the devices of this machine to files, and /proc and /sys as they are. */
export function fillBoundDirectories(root: string): void {
  for (const [name] of DEVICES) writeFileSync(fsPath(`${root}/dev/${name}`), '');
  mkdirSync(fsPath(`${root}/dev/pts`));
  mkdirSync(fsPath(`${root}/dev/shm`));
  chmodSync(fsPath(`${root}/dev/shm`), 0o1777);
  symlinkSync('/proc/self/fd', fsPath(`${root}/dev/fd`));
  for (const [number, name] of ['stdin', 'stdout', 'stderr'].entries()) {
    symlinkSync(`/proc/self/fd/${number}`, fsPath(`${root}/dev/${name}`));
  }
}

/** Empties the directories, whatever the process has made of them. */
export function clearKernelDirectories(root: string): void {
  for (const name of COVERED_DIRECTORIES) {
    const path = `${root}/${name}`;
    const stat = lstatSync(fsPath(path), { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) {
      for (const inside of readdirSync(fsPath(path), { encoding: 'latin1' })) {
        remove(`${path}/${inside}`);
      }
    } else {
      remove(path);
      mkdirSync(fsPath(path));
    }
  }
}

function checkDevices(path: string): void {
  try {
    closeSync(openSync(fsPath(path), constants.O_WRONLY));
  } catch (error) {
    if (!hasErrorCode(error, 'EACCES', 'EPERM', 'ENXIO')) throw error;
    throw new AppError(
      'RUNTIME_ISOLATION',
      'the isolation chroot cannot use device nodes in the store',
      {
        hint: 'put the store on a file system that is not mounted with nodev: set LAMINA_ROOT',
        cause: error,
      },
    );
  }
}

function readOrNone(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
