/** Turns the mounts of a process into those of the OCI specification, and prepares what they need. */
import { chmodSync, closeSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { toText } from '../../files/index.ts';
import { hasOneId, MountFlag, mount, openWithin, setOwnerHere } from '../../system/index.ts';
import { hostsFile, readHostResolvFile, resolvFile } from '../process/etc-files.ts';
import type { OciMount } from '../process/oci-types.ts';
import type { ProcessMount, ProcessSpec } from '../process/spec.ts';
import {
  type LowerMounts,
  type MountStack,
  mountFailure,
  mountLayers,
  type StackSurroundings,
  unmount,
} from './runner-root.ts';

interface Surroundings extends StackSurroundings {
  readonly lowers: LowerMounts;
}

/** The generated files, then the requested mounts, in their order. */
export async function ociMounts(
  spec: ProcessSpec,
  base: string,
  around: Surroundings,
): Promise<OciMount[]> {
  mkdirSync(`${base}/mounts`);
  const asked: OciMount[] = [];
  for (const [index, wanted] of spec.mounts.entries()) {
    asked.push(await ociMount(wanted, `${base}/mounts/${index}`, around));
  }
  return [...generatedFiles(spec, base), ...asked];
}

function generatedFiles(spec: ProcessSpec, base: string): OciMount[] {
  const access = spec.writableHosts ? 'rw' : 'ro';
  const files: [string, string | undefined, string][] = [
    ['hosts', spec.hostsTarget, hostsFile(spec.hostname, spec.extraHosts)],
    ['resolv', spec.resolvTarget, resolvFile(readHostResolvFile(), spec.network)],
    ['hostname', spec.hostnameTarget, `${spec.hostname}\n`],
  ];
  return files.flatMap(([name, target, content]) => {
    if (target === undefined) return [];
    writeFileSync(`${base}/${name}`, content, { mode: 0o644 });
    return [bind(`${base}/${name}`, target, ['bind', access, 'nosuid', 'noexec', 'nodev'])];
  });
}

async function ociMount(
  wanted: ProcessMount,
  hostPath: string,
  around: Surroundings,
): Promise<OciMount> {
  switch (wanted.kind) {
    case 'bind':
      return bindHostPath(wanted, hostPath, around.stack);
    case 'layers':
      return bindLayers(wanted, hostPath, around);
    case 'tmpfs':
      return tmpfs(wanted, hostPath, around.stack);
    case 'file':
      writeFileSync(hostPath, Buffer.from(wanted.content, 'base64'), { mode: 0o600, flag: 'wx' });
      setOwnerHere(hostPath, wanted);
      chmodSync(hostPath, wanted.mode);
      return bind(hostPath, wanted.target, ['bind', 'ro', 'nosuid', 'nodev']);
  }
}

function bindHostPath(
  wanted: ProcessMount & { kind: 'bind' },
  hostPath: string,
  stack: MountStack,
): OciMount {
  const options = ['rbind', wanted.readonly ? 'ro' : 'rw'];
  if (wanted.within !== undefined) {
    bindWithin(wanted.source, wanted.within, { hostPath, stack });
    return bind(hostPath, wanted.target, options);
  }
  const isDirectory = statSync(Buffer.from(wanted.source, 'latin1')).isDirectory();
  // What is mounted below it is read-only, too. crun mounts no file with this option.
  if (wanted.readonly && isDirectory) options.push('rro');
  const source = asText(wanted.source);
  if (source !== undefined) return bind(source, wanted.target, options);
  // The specification is UTF-8: other bytes get a name that is UTF-8.
  if (isDirectory) mkdirSync(hostPath);
  else writeFileSync(hostPath, '');
  mount({ source: wanted.source, target: hostPath, flags: MountFlag.bind | MountFlag.recursive });
  stack.onClose(() => unmount(hostPath));
  return bind(hostPath, wanted.target, options);
}

/** Others may change the directory meanwhile: the file found is mounted, not the one that has its name by then. */
function bindWithin(
  directory: string,
  path: string,
  { hostPath, stack }: { readonly hostPath: string; readonly stack: MountStack },
): void {
  const found = openWithin(directory, path);
  if (found === undefined) {
    throw mountFailure('it was removed just now', `'${toText(path)}'`);
  }
  try {
    if (found.isDirectory) mkdirSync(hostPath);
    else writeFileSync(hostPath, '');
    const flags = MountFlag.bind | MountFlag.recursive;
    mount({ source: `/proc/self/fd/${found.fd}`, target: hostPath, flags });
  } finally {
    closeSync(found.fd);
  }
  stack.onClose(() => unmount(hostPath));
}

async function bindLayers(
  wanted: ProcessMount & { kind: 'layers' },
  hostPath: string,
  { lowers, ...around }: Surroundings,
): Promise<OciMount> {
  mkdirSync(hostPath);
  try {
    const directories = wanted.lowers.map((lower) => lowers.directory(lower));
    if (directories.length === 0) {
      mkdirSync(`${hostPath}.empty`);
      directories.push(`${hostPath}.empty`);
    }
    await mountLayers({ directories, upper: wanted.scratch, target: hostPath }, around);
  } catch (cause) {
    throw mountFailure(cause, `the source of the mount at ${toText(wanted.target)}`);
  }
  const readonly = wanted.scratch === undefined;
  const within = wanted.source === '' ? undefined : wanted.source;
  const bound = {
    kind: 'bind',
    source: hostPath,
    within,
    target: wanted.target,
    readonly,
  } as const;
  return bindHostPath(bound, `${hostPath}.source`, around.stack);
}

function tmpfs(
  wanted: ProcessMount & { kind: 'tmpfs' },
  hostPath: string,
  stack: MountStack,
): OciMount {
  const { target, size, mode, uid, gid, noexec } = wanted;
  // Runtimes use the mode of the directory below, whatever mode they get, even if they made it.
  mkdirSync(hostPath);
  const data = [`mode=${mode.toString(8)}`];
  for (const [name, value] of Object.entries({ size, ...(hasOneId() ? {} : { uid, gid }) })) {
    if (value !== undefined) data.push(`${name}=${value}`);
  }
  const flags = MountFlag.nosuid | MountFlag.nodev | (noexec ? MountFlag.noexec : 0);
  mount({ source: 'tmpfs', target: hostPath, type: 'tmpfs', flags, data: data.join(',') });
  stack.onClose(() => unmount(hostPath));
  // A runtime that changes one flag of a mount takes off those that are not named: runc for `ro`, crun always.
  const kept = ['nosuid', 'nodev', ...(noexec ? ['noexec'] : [])];
  return bind(hostPath, target, ['rbind', wanted.readonly ? 'ro' : 'rw', ...kept]);
}

/** Our own relative paths start at the runner's working directory, those of a specification at its bundle. */
function bind(source: string, target: string, options: readonly string[]): OciMount {
  const path = source.startsWith('/') ? source : `../${source}`;
  return { destination: destination(target), type: 'bind', source: path, options };
}

function destination(target: string): string {
  const text = asText(target);
  if (text === undefined) throw new Error(`mount target is not UTF-8: ${target}`);
  return text;
}

/** @returns undefined when the bytes are not UTF-8 */
function asText(bytes: string): string | undefined {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return Buffer.from(text).toString('latin1') === bytes ? text : undefined;
}
