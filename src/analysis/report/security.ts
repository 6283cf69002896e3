/** What in the final file system matters for security. */
import { type BytePath, baseName, joinPath, toJsonText } from '../../files/index.ts';
import { type ImageModel, NONE, type Version } from '../model/index.ts';

export interface SecurityFindings {
  readonly shells: readonly BytePath[];
  readonly packageManagers: readonly BytePath[];
  readonly setuid: readonly BytePath[];
}

const PROGRAM_DIRECTORY = /^(?:usr\/(?:local\/)?)?s?bin\/[^/]+$|^busybox\/[^/]+$/;
const SHELLS = new Set([
  'sh',
  'bash',
  'dash',
  'ash',
  'zsh',
  'ksh',
  'fish',
  'busybox',
  'csh',
  'tcsh',
]);
const PACKAGE_MANAGERS = new Set([
  ...['apt', 'apt-get', 'dpkg', 'apk', 'rpm', 'dnf', 'microdnf', 'yum', 'zypper', 'pacman'],
  ...['npm', 'yarn', 'pnpm', 'pip', 'pip3', 'gem', 'composer', 'cargo'],
]);

const SETUID_OR_SETGID = 0o6000;
const EXECUTABLE = 0o111;

export function securityFindings(model: ImageModel): SecurityFindings {
  const { versions } = model;
  const [shells, packageManagers, setuid]: BytePath[][] = [[], [], []];
  for (const version of model.visible()) {
    if (versions.isDirectory(version)) continue;
    const isExecutable = (versions.mode(version) & EXECUTABLE) !== 0;
    const isSymlink = versions.type(version) === 'symlink';
    if (!isExecutable && !isSymlink) continue;
    const isSpecial = versions.isFile(version) && (versions.mode(version) & SETUID_OR_SETGID) !== 0;
    const path = model.path(version);
    const { linkTarget } = versions.metadata(version);
    if (isSpecial && isExecutable) setuid?.push(path);
    if (!PROGRAM_DIRECTORY.test(path) || leadsNowhere(model, path, linkTarget)) continue;
    if (SHELLS.has(baseName(path))) shells?.push(path);
    if (!PACKAGE_MANAGERS.has(baseName(path)) || isApplet(model, version)) continue;
    packageManagers?.push(path);
  }
  const sorted = (paths: BytePath[] = []) => paths.sort();
  return {
    shells: sorted(shells),
    packageManagers: sorted(packageManagers),
    setuid: sorted(setuid),
  };
}

/** busybox has programs of these names too, which install nothing from a repository. */
function isApplet(model: ImageModel, version: Version): boolean {
  const { versions, paths } = model;
  const { linkTarget } = versions.metadata(version);
  if (linkTarget !== undefined) return baseName(linkTarget) === 'busybox';
  const group = versions.linkGroup(version);
  const directory = paths.parent(versions.node(version));
  const busybox = paths.find(joinPath(paths.path(directory), 'busybox'));
  if (group === NONE || busybox === NONE) return false;
  const program = model.visibleAt(busybox, model.layers.length - 1);
  return (
    program !== NONE &&
    versions.layer(program) === versions.layer(version) &&
    versions.linkGroup(program) === group
  );
}

/** Whether a link is dangling. Links to directories on the way are assumed to be valid. */
function leadsNowhere(model: ImageModel, path: BytePath, target: string | undefined): boolean {
  if (target === undefined) return false;
  const isNear = !target.includes('/');
  const full = isNear ? `${path.slice(0, path.lastIndexOf('/') + 1)}${target}` : target.slice(1);
  if (!isNear && !target.startsWith('/')) return false;
  const node = model.paths.find(full);
  return node === NONE || model.visibleAt(node, model.layers.length - 1) === NONE;
}

/** The layer of each of the files that `securityFindings` names. */
export function securityLayers(model: ImageModel): ReadonlyMap<string, number> {
  const { shells, packageManagers, setuid } = securityFindings(model);
  return new Map(
    [...shells, ...packageManagers, ...setuid].map((path) => {
      const version = model.visibleAt(model.paths.find(path), model.layers.length - 1);
      return [toJsonText(path), model.versions.layer(version)];
    }),
  );
}
