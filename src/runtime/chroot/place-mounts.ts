/** Puts what a process wants mounted into its root file system. */
import {
  chmodSync,
  closeSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { AppError } from '../../errors.ts';
import { toBytes, toText } from '../../files/index.ts';
import { fsPath, hasErrorCode, openWithin, setTimes, setXattr } from '../../system/index.ts';
import { applyLower, type CopyRights, copyFile, subtreeOf } from '../copies/index.ts';
import {
  hostsFile,
  type LowerDirectory,
  type ProcessMount,
  type ProcessSpec,
  readHostResolvFile,
  resolvFile,
  type Stub,
} from '../process/index.ts';
import type { Placed } from './placements.ts';

/** Everything to put into the root file system, in order. */
export function placedFiles(spec: ProcessSpec, rights: CopyRights): readonly Placed[] {
  const placed = [...generatedFiles(spec, rights), ...spec.mounts.map((one) => mount(one, rights))];
  const targets = new Set(placed.map(({ path }) => path));
  return [
    ...spec.stubs.filter(({ path }) => !targets.has(path)).map((one) => stub(one, rights)),
    ...placed,
  ];
}

/** The missing part of the working directory, for the user: it becomes part of the layer. */
export function makeNewDirectories(
  root: string,
  { newDirectories, user }: ProcessSpec,
  rights: CopyRights,
): void {
  for (const path of newDirectories) {
    const directory = `${root}/${path}`;
    try {
      mkdirSync(fsPath(directory));
    } catch (error) {
      if (!hasErrorCode(error, 'EEXIST')) throw error;
    }
    setOwnerAndMode(directory, { ...user, mode: 0o755 }, rights);
  }
}

/** Of the root directory. */
export function setMetadata(
  hostPath: string,
  { uid, gid, mode, mtime, mtimeNs }: Stub,
  rights: CopyRights,
): void {
  setOwnerAndMode(hostPath, { uid, gid, mode }, rights);
  setTimes(hostPath, mtime, mtimeNs);
}

/** A directory that the image has stays as it is. */
function stub(one: Stub, rights: CopyRights): Placed {
  const { path, type, content } = one;
  return {
    path,
    yields: true,
    keepsDirectory: type === 'directory',
    make: (hostPath) => {
      if (type === 'directory') mkdirSync(fsPath(hostPath));
      else writeFileSync(fsPath(hostPath), Buffer.from(content ?? '', 'base64'));
      setOwnerAndMode(hostPath, one, rights);
      for (const [name, value] of Object.entries(one.xattrs ?? {})) {
        // The file system may have fewer kinds of attributes than that of the image.
        if (!/^(trusted|user)\.overlay\./.test(name)) trySetXattr(hostPath, name, value);
      }
      setTimes(hostPath, one.mtime, one.mtimeNs);
    },
  };
}

function generatedFiles(spec: ProcessSpec, rights: CopyRights): Placed[] {
  const files: [string | undefined, string][] = [
    [spec.hostsTarget, hostsFile(spec.hostname, spec.extraHosts)],
    [spec.resolvTarget, resolvFile(readHostResolvFile(), spec.network)],
    [spec.hostnameTarget, `${spec.hostname}\n`],
  ];
  return files.flatMap(([target, content]) => {
    if (target === undefined) return [];
    const owner = { uid: 0, gid: 0, mode: spec.writableHosts ? 0o644 : 0o444 };
    return [file(target, Buffer.from(content), { owner, rights })];
  });
}

function mount(wanted: ProcessMount, rights: CopyRights): Placed {
  switch (wanted.kind) {
    case 'file':
      return file(wanted.target, Buffer.from(wanted.content, 'base64'), { owner: wanted, rights });
    case 'tmpfs':
      return {
        path: relative(wanted.target),
        make: (hostPath) => {
          mkdirSync(fsPath(hostPath));
          setOwnerAndMode(hostPath, { uid: 0, gid: 0, mode: 0o755, ...defined(wanted) }, rights);
        },
      };
    case 'layers':
      return {
        path: relative(wanted.target),
        make: (hostPath) => copyLayers(wanted, hostPath, rights),
      };
    case 'bind':
      return bind(wanted, rights);
  }
}

interface OwnerAndMode {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

function file(
  target: string,
  content: Buffer,
  { owner, rights }: { readonly owner: OwnerAndMode; readonly rights: CopyRights },
): Placed {
  return {
    path: relative(target),
    make: (hostPath) => {
      writeFileSync(fsPath(hostPath), content, { mode: 0o600, flag: 'wx' });
      setOwnerAndMode(hostPath, owner, rights);
    },
  };
}

async function copyLayers(
  { lowers, source, target }: Extract<ProcessMount, { kind: 'layers' }>,
  hostPath: string,
  rights: CopyRights,
): Promise<void> {
  const directories = lowers.map(directoryOf);
  const parts = subtreeOf(directories, source, rights.flavour);
  const last = parts.at(-1);
  if (last === undefined && source !== '') {
    throw notMounted(target, `'${toText(source)}' was removed just now`);
  }
  const stat = last === undefined ? undefined : lstatSync(fsPath(last), { bigint: true });
  if (last !== undefined && stat !== undefined && !stat.isDirectory()) {
    copyFile(last, hostPath, { stat, isRoot: rights.isRoot });
    return;
  }
  mkdirSync(fsPath(hostPath));
  for (const part of parts) await applyLower(part, hostPath, { ...rights, covered: new Set() });
}

/** Lamina's own directories are moved there and back; of others, and to read only, the process gets copies. */
function bind(wanted: Extract<ProcessMount, { kind: 'bind' }>, rights: CopyRights): Placed {
  const source = sourceOf(wanted);
  const path = relative(wanted.target);
  const stat = lstatSync(fsPath(source), { bigint: true });
  // A socket is found by its file, whatever name that has.
  if (stat.isSocket()) {
    return { path, make: (hostPath) => linkSync(fsPath(source), fsPath(hostPath)), isLinked: true };
  }
  if (wanted.owned === true && !wanted.readonly) {
    return {
      path,
      make: (hostPath) => renameSync(fsPath(source), fsPath(hostPath)),
      takeBack: (hostPath) => renameSync(fsPath(hostPath), fsPath(source)),
    };
  }
  if (!wanted.readonly) {
    throw new AppError(
      'RUNTIME_ISOLATION',
      `without mounts, lamina cannot attach '${toText(wanted.source)}' for writing`,
      { hint: 'add :ro to read a copy of it, or choose another isolation' },
    );
  }
  return {
    path,
    make: async (hostPath) => {
      if (!stat.isDirectory()) return copyFile(source, hostPath, { stat, isRoot: rights.isRoot });
      mkdirSync(fsPath(hostPath));
      await applyLower(source, hostPath, { ...rights, covered: new Set() });
    },
  };
}

/** The part of a directory that is mounted: others may change it meanwhile, so links in it lead nowhere outside. */
function sourceOf({ source, within, target }: Extract<ProcessMount, { kind: 'bind' }>): string {
  if (within === undefined) {
    const real = realpathSync.native(fsPath(source), { encoding: 'buffer' });
    return real.toString('latin1');
  }
  const found = openWithin(source, within);
  if (found === undefined) throw notMounted(target, `'${toText(within)}' was removed just now`);
  try {
    return readlinkSync(`/proc/self/fd/${found.fd}`, { encoding: 'latin1' });
  } finally {
    closeSync(found.fd);
  }
}

export function directoryOf(lower: LowerDirectory): string {
  if (lower.kind === 'directory') return toBytes(lower.path);
  throw new Error('an EROFS image cannot be copied');
}

function notMounted(target: string, reason: string): AppError {
  const message = `the source of the mount at ${toText(target)} could not be mounted: ${reason}`;
  return new AppError('RUNTIME_MOUNT_FAILED', message);
}

function setOwnerAndMode(
  hostPath: string,
  { uid, gid, mode }: OwnerAndMode,
  { isRoot }: Pick<CopyRights, 'isRoot'>,
): void {
  if (isRoot) lchownSync(fsPath(hostPath), uid, gid);
  chmodSync(fsPath(hostPath), mode);
}

function trySetXattr(hostPath: string, name: string, value: string): void {
  try {
    setXattr(hostPath, name, value);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOTSUP', 'EOPNOTSUPP', 'EPERM')) throw error;
  }
}

function defined(wanted: Extract<ProcessMount, { kind: 'tmpfs' }>): Partial<OwnerAndMode> {
  const { mode, uid, gid } = wanted;
  return { mode, ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
}

function relative(target: string): string {
  return target.replace(/^\/+/, '');
}
