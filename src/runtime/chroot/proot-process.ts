/** A process under proot, which translates the paths of its system calls: for users who may not change the root. */
import { closeSync, fstatSync, statSync } from 'node:fs';
import { fsPath, openWithin } from '../../system/index.ts';
import { type GuardedProcess, untranslatedCallsFilter } from '../builtin/index.ts';
import { notExecutable, notFound, ociProcess, type ProcessSpec } from '../process/index.ts';
import { DEVICES } from './kernel-files.ts';

/** What every process needs of this machine. */
const BOUND = ['/proc', '/sys', '/dev/pts', ...DEVICES.map(([name]) => `/dev/${name}`)];
const ANY_EXECUTE = 0o111;

/**
 * @param root latin1 bytes
 * @throws AppError RUNTIME_NOT_FOUND, RUNTIME_NOT_EXECUTABLE: proot itself reports both as output of the process
 */
export function prootProcess(proot: string, root: string, spec: ProcessSpec): GuardedProcess {
  checkProgram(root, spec);
  const { uid, gid } = spec.user;
  const args = [
    ...[proot, '-i', `${uid}:${gid}`],
    ...['-r', Buffer.from(root, 'latin1').toString(), '-w', spec.cwd],
    ...[...BOUND, ...boundSockets(spec)].flatMap((path) => ['-b', path]),
    ...spec.args,
  ];
  const own = ociProcess({ ...spec, args, cwd: '/' }, { granted: [], oomScoreAdj: 0 });
  const filter = untranslatedCallsFilter();
  return { root: undefined, process: own, lastCapability: undefined, isTraced: true, filter };
}

/** The address of a socket is short, and the root may have a long path: proot uses the path of the source instead. */
function boundSockets({ mounts }: ProcessSpec): string[] {
  return mounts.flatMap((mount) => {
    if (mount.kind !== 'bind') return [];
    // The directory of a cache is not there meanwhile.
    const stat = statSync(fsPath(mount.source), { throwIfNoEntry: false });
    if (stat?.isSocket() !== true) return [];
    const names = [mount.source, mount.target].map((path) => fsPath(path).toString());
    return names.some((name) => name.includes(':')) ? [] : [names.join(':')];
  });
}

function checkProgram(root: string, { args, env, cwd }: ProcessSpec): void {
  const [program = ''] = args;
  const path = env.find((line) => line.startsWith('PATH='))?.slice('PATH='.length) ?? '';
  const directories = program.includes('/') ? [''] : path.split(':');
  const found = directories.map((directory) => {
    const name = directory === '' ? program : `${directory}/${program}`;
    return isExecutable(root, name.startsWith('/') ? name : `${cwd}/${name}`);
  });
  if (found.includes(true)) return;
  throw found.includes(false) ? notExecutable(program) : notFound(program);
}

/** Undefined: there is no such file. */
function isExecutable(root: string, path: string): boolean | undefined {
  if (path.startsWith('/proc/')) return true;
  const opened = openWithin(root, Buffer.from(path).toString('latin1'));
  if (opened === undefined) return undefined;
  try {
    return !opened.isDirectory && (fstatSync(opened.fd).mode & ANY_EXECUTE) !== 0;
  } finally {
    closeSync(opened.fd);
  }
}
