/**
 * Which files of an image a program needs: those that it used while it was tested, and those that belong to them. A test
 * rarely uses all of a program, so what is interpreted is kept whole.
 */
import type { BytePath, FileEntry } from '../files/index.ts';
import { baseName, parentPath } from '../files/index.ts';
import { filesBeside } from './beside-program.ts';
import { entriesOnTheWay, filesBelow, type ImageTree } from './image-tree.ts';
import { dataOfLibraries } from './library-data.ts';

export interface ProgramPlace {
  /** Absolute, of the image's config; empty or `/`: none. */
  readonly workdir: BytePath;
  /** Absolute paths of the image's volumes. */
  readonly volumes: readonly BytePath[];
  /** Resolved paths of compiled programs that were started. */
  readonly compiled?: ReadonlySet<BytePath>;
  /** Paths of files of the project that belong to those it used. */
  readonly project?: ReadonlySet<BytePath>;
}

/** Names, groups and certificates: looked up by libraries in ways that a test may miss. */
const ALWAYS = [
  'etc/passwd',
  'etc/group',
  'etc/nsswitch.conf',
  'etc/mime.types',
  'etc/ssl/certs/ca-certificates.crt',
  'etc/ssl/openssl.cnf',
  'etc/localtime',
  'tmp',
];

/** What the C library loads when it looks up a name, beside itself. */
const NAME_LIBRARIES = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'];

export interface NeededFiles {
  /** Paths of files, and of directories that are used themselves. */
  readonly files: ReadonlySet<BytePath>;
  /** Files and directories inside directories that are kept whole, which no program needs to run. */
  readonly unneeded: readonly BytePath[];
}

/** @param used absolute paths, as `usedPaths` gives them */
export function neededFiles(
  tree: ImageTree,
  used: Iterable<BytePath>,
  { workdir, volumes, compiled = new Set(), project = new Set() }: ProgramPlace,
): NeededFiles {
  const needed = new Map<BytePath, FileEntry>();
  const add = (path: BytePath) => {
    for (const entry of entriesOnTheWay(tree, path)) needed.set(entry.path, entry);
  };
  for (const path of used) add(path);
  for (const path of [...ALWAYS, ...volumes]) add(path);
  addNameLibraries(needed, add);
  const program = workdirOf(tree, workdir);
  const usesData = program !== undefined && usesDataIn(program, needed, compiled);
  if (program !== undefined && !usesData && isProgramIn(program, compiled)) {
    for (const path of filesBeside(tree, program)) add(path);
  }
  const libraries = wholeTrees(tree, needed);
  const unneeded = [
    ...[...libraries].flatMap((root) => unneededIn(tree, needed, { root, names: FOR_DEVELOPERS })),
    ...(usesData ? unneededIn(tree, needed, { root: program, names: VERSION_CONTROL }) : []),
  ];
  const isNeeded = (path: BytePath) => !unneeded.some((one) => isAtOrBelow(path, one));
  for (const root of [...libraries, ...(usesData ? [program] : [])]) {
    for (const entry of filesBelow(tree, root)) {
      if (isNeeded(entry.path)) needed.set(entry.path, entry);
    }
  }
  for (const path of project) if (isNeeded(path)) add(path);
  return { files: new Set(needed.keys()), unneeded };
}

function addNameLibraries(needed: ReadonlyMap<BytePath, FileEntry>, add: (path: string) => void) {
  for (const path of [...needed.keys()]) {
    if (!/\/libc\.so\.6$|\/libc-[\d.]+\.so$/.test(path)) continue;
    for (const name of NAME_LIBRARIES) add(`/${parentPath(path)}/${name}`);
  }
}

const ZONES = /^usr\/share\/zoneinfo(?=\/)/;
/** Languages whose libraries read the zones of the system when they are asked for one. */
const READS_ZONES = /(?:^|\/)(?:python3|ruby|php|perl)\b/;

/** Directories that are kept whole as soon as one file in them is used. */
const WHOLE = [
  // The standard library of Python, and what pip or a distribution installs.
  /^(?:.*\/)?lib\/python3(?:\.\d+)?(?=\/)/,
  /^(?:.*\/)?(?:site|dist)-packages(?=\/)/,
  // A package of Node.js.
  /^usr\/share\/nodejs\/(?:@[^/]+\/)?[^/]+(?=\/)/,
  /^(?:.*\/)?node_modules(?=\/)/,
  // Ruby, Perl, PHP.
  /^(?:.*\/)?gems\/[\d.]+(?=\/)/,
  /^(?:.*\/)?ruby\/(?:\d[\d.]*|vendor_ruby)(?=\/)/,
  /^usr\/share\/rubygems-integration(?=\/)/,
  /^(?:.*\/)?perl(?:5|\/\d[\d.]*|-base)(?=\/)/,
  /^(?:etc|usr\/lib|usr\/share)\/php(?=\/)/,
  // Java.
  /^(?:.*\/)?jvm\/[^/]+(?=\/)/,
  /^.+(?=\/lib\/modules$)/,
  /^etc\/java[^/]*(?=\/)/,
  // Plugins of a library: others of them are loaded by name.
  /^usr\/lib\/[^/]+-linux-\w+\/[^/]+(?=\/.*\.so$)/,
  // A program looks up an authority by a name that is a hash, and time zones as its users wish.
  /^etc\/ssl\/certs(?=\/)/,
  /^usr\/share\/ca-certificates(?=\/)/,
  ZONES,
];

function wholeTrees(
  tree: ImageTree,
  needed: ReadonlyMap<BytePath, FileEntry>,
): ReadonlySet<BytePath> {
  const roots = new Set<BytePath>();
  for (const { path, type } of needed.values()) {
    if (type === 'directory') continue;
    for (const pattern of WHOLE) {
      const match = pattern.exec(path);
      if (match !== null) roots.add(match[0]);
    }
  }
  for (const path of standardLibraries(tree, needed.keys())) roots.add(path);
  // A short script may use none of the directories but the smallest.
  if ([...roots].some((root) => PERL.test(root))) {
    for (const path of librariesOfPerl(tree)) roots.add(path);
  }
  for (const path of dataOfLibraries(tree, needed.keys())) roots.add(path);
  if ([...roots].some((root) => READS_ZONES.test(root))) roots.add('usr/share/zoneinfo');
  return roots;
}

/** Of interpreters that no test started, but another program of the project names. */
function standardLibraries(tree: ImageTree, needed: Iterable<BytePath>): readonly BytePath[] {
  const found: BytePath[] = [];
  for (const path of needed) {
    const [, prefix = '', name = ''] =
      /^(.*\/)?bin\/(python3\.\d+|perl|ruby)[\d.]*$/.exec(path) ?? [];
    const libraries = name === 'perl' ? librariesOfPerl(tree) : [`${prefix}lib/${name}`];
    if (name !== '') found.push(...libraries.filter((library) => tree.lookup(library)));
  }
  return found;
}

const PERL = /(?:^|\/)perl(?:5|\/\d[\d.]*|-base)$/;

/** Of Debian: modules in Perl, and compiled ones by platform. */
function librariesOfPerl(tree: ImageTree): readonly BytePath[] {
  const pathsIn = (directory: BytePath) => tree.list(directory).map(({ path }) => path);
  const platforms = pathsIn('usr/lib').filter((path) => /-linux-\w+$/.test(path));
  const parents = ['usr/share', ...platforms];
  return parents
    .flatMap((parent) => [...pathsIn(parent), ...pathsIn(`${parent}/perl`)])
    .filter((path) => PERL.test(path));
}

function workdirOf(tree: ImageTree, workdir: BytePath): BytePath | undefined {
  return entriesOnTheWay(tree, workdir.replace(/^\/+|\/+$/g, '')).at(-1)?.path;
}

/** Whether a program reads its sources or data there; a compiled one often only starts there. */
function usesDataIn(
  directory: BytePath,
  needed: ReadonlyMap<BytePath, FileEntry>,
  compiled: ReadonlySet<BytePath>,
): boolean {
  for (const { path, type } of needed.values()) {
    if (type === 'file' && path.startsWith(`${directory}/`) && !compiled.has(path)) return true;
  }
  return false;
}

function isProgramIn(directory: BytePath, compiled: ReadonlySet<BytePath>): boolean {
  return [...compiled].some((path) => path.startsWith(`${directory}/`));
}

/** What lies directly in the directories of libraries, and is for developers. */
const FOR_DEVELOPERS =
  /^(?:idlelib|turtledemo|lib2to3|ensurepip|test|config-.*|(?:pip|setuptools|wheel|_distutils_hack)(?:-.*)?|jmods|include|man|demo)$/;
const VERSION_CONTROL = /^\.git$/;

interface Unneeded {
  readonly root: BytePath;
  readonly names: RegExp;
}

function unneededIn(
  tree: ImageTree,
  needed: ReadonlyMap<BytePath, FileEntry>,
  { root, names }: Unneeded,
): readonly BytePath[] {
  const used = [...needed.values()].filter(({ type }) => type === 'file');
  return tree
    .list(root)
    .filter(({ path }) => names.test(baseName(path)))
    .map(({ path }) => path)
    .filter((path) => !used.some((entry) => isAtOrBelow(entry.path, path)));
}

function isAtOrBelow(path: BytePath, directory: BytePath): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
