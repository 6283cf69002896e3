/**
 * Files of the project itself: what its Dockerfile copies, and what its steps make. A test that uses one of them rarely uses
 * all, so those that belong together are kept together.
 */
import { type BytePath, type FileEntry, parentPath } from '../files/index.ts';
import { filesBeside, isWorkshop } from './beside-program.ts';
import type { BuildLayer } from './build-layers.ts';
import { entriesOnTheWay, filesBelow, type ImageTree } from './image-tree.ts';

export interface ProjectOptions {
  /** Bottom first. */
  readonly layers: readonly BuildLayer[];
  /** Resolved paths of compiled programs that were started. */
  readonly compiled: ReadonlySet<BytePath>;
}

/** Directories of a system in which unrelated things lie side by side. */
const SHARED =
  /^(?:|bin|sbin|lib|lib32|lib64|libx32|libexec|etc|home|media|mnt|opt|root|run|tmp|usr|var|var\/(?:cache|lib|log|tmp|opt|spool|run)|usr\/(?:local\/)?(?:bin|sbin|lib|lib64|lib\/[^/]+-linux-\w+|libexec|share|src|include|etc|games)|usr\/local)$/;
/** Where a package manager of a distribution writes, and the steps of others rarely do. */
const OF_PACKAGES =
  /^(?:bin|boot|dev|etc|lib|lib32|lib64|libx32|proc|run|sbin|sys|tmp|usr(?!\/(?:local|src)\/)|var(?!\/www\/))(?:\/|$)/;
/** What is installed together with a program in /usr/local. */
const PROGRAMS = /^usr\/local\/s?bin\//;
const INSTALLED = /^usr\/local\/(?:bin|sbin|libexec|etc|share(?!\/(?:man|doc|info)\/))\//;
/** Of version control and package managers. */
const UNREAD = /(?:^|\/)\.(?:git|npm)\//;

/**
 * @param used absolute paths of what the program used
 * @returns paths of files to keep: those of the project, and others that lie in the project's directories
 */
export function projectFiles(
  tree: ImageTree,
  used: Iterable<BytePath>,
  options: ProjectOptions,
): ReadonlySet<BytePath> {
  const project = new Project(tree, options);
  for (const path of used) {
    for (const entry of entriesOnTheWay(tree, path)) project.use(entry);
  }
  return project.kept;
}

class Project {
  readonly kept = new Set<BytePath>();
  readonly #tree: ImageTree;
  readonly #options: ProjectOptions;
  /** By path, the layers that add it. */
  readonly #layersOf = new Map<BytePath, number[]>();
  readonly #done = new Set<unknown>();

  constructor(tree: ImageTree, options: ProjectOptions) {
    this.#tree = tree;
    this.#options = options;
    for (const [index, { paths }] of options.layers.entries()) {
      for (const path of paths) this.#note(path, index);
    }
  }

  /** Layers need not have the directories of their files. */
  #note(path: BytePath, layer: number): void {
    const layers = this.#layersOf.get(path);
    if (layers?.at(-1) === layer) return;
    if (layers === undefined) this.#layersOf.set(path, [layer]);
    else layers.push(layer);
    if (path !== '') this.#note(parentPath(path), layer);
  }

  /** A file or link that the program used. */
  use({ path, type }: FileEntry): void {
    if (type === 'directory') return;
    const layers = this.#layersOf.get(path) ?? [];
    const copied = layers.filter((layer) => this.#options.layers[layer]?.kind === 'copied');
    for (const layer of copied) this.#once(layer, () => this.#keepCopied(layer));
    const own = layers.find((layer) => this.#isOwn(path, layer));
    if (own === undefined) return;
    const directory = parentPath(path);
    if (!SHARED.test(directory)) this.#keepAround(path, directory, own);
    else if (own === layers[0]) {
      this.#once(directory, () => this.#keepDirectly(directory));
      if (PROGRAMS.test(path)) this.#once(`${own} installs`, () => this.#keepInstalled(own));
    }
  }

  #once(what: unknown, work: () => void): void {
    if (this.#done.has(what)) return;
    this.#done.add(what);
    work();
  }

  /** Whether the layer adds the file for the project, not for a base or a package. */
  #isOwn(path: BytePath, layer: number): boolean {
    const kind = this.#options.layers[layer]?.kind;
    if (kind === 'packages') return !OF_PACKAGES.test(path);
    return kind === 'copied' || kind === 'made';
  }

  #keep(path: BytePath): void {
    const entry = this.#tree.lookup(path);
    if (entry === undefined || entry.type === 'directory' || UNREAD.test(path)) return;
    this.kept.add(path);
  }

  #keepCopied(layer: number): void {
    for (const path of this.#options.layers[layer]?.paths ?? []) this.#keep(path);
  }

  #keepInstalled(layer: number): void {
    for (const path of this.#options.layers[layer]?.paths ?? []) {
      if (INSTALLED.test(path)) this.#keep(path);
    }
  }

  #keepDirectly(directory: BytePath): void {
    for (const { path } of this.#tree.list(directory)) {
      const first = this.#layersOf.get(path)?.[0];
      if (first !== undefined && this.#isOwn(path, first)) this.#keep(path);
    }
  }

  /** What lies around a file in a directory that has one purpose. */
  #keepAround(path: BytePath, directory: BytePath, layer: number): void {
    const root = this.#made(directory, layer);
    if (!isWorkshop(this.#tree, root)) this.#once(root, () => this.#keepBelow(root));
    else if (this.#options.compiled.has(path)) {
      this.#once(`programs in ${directory}`, () => this.#keepPrograms(directory));
      this.#once(`data in ${root}`, () => {
        for (const data of filesBeside(this.#tree, root)) this.#keep(data);
      });
    } else if (isWorkshop(this.#tree, directory)) {
      this.#once(directory, () => this.#keepDirectly(directory));
    } else this.#once(directory, () => this.#keepBelow(directory));
  }

  /** The topmost directory that the layer made on the way to a file in it. */
  #made(directory: BytePath, layer: number): BytePath {
    let top = directory;
    const isNew = (path: BytePath) => !SHARED.test(path) && this.#layersOf.get(path)?.[0] === layer;
    while (isNew(top) && isNew(parentPath(top))) top = parentPath(top);
    return top;
  }

  #keepBelow(directory: BytePath): void {
    for (const { path } of filesBelow(this.#tree, directory)) this.#keep(path);
  }

  #keepPrograms(directory: BytePath): void {
    for (const { path, type, mode } of this.#tree.list(directory)) {
      if (type !== 'directory' && (type === 'symlink' || (mode & 0o111) !== 0)) this.#keep(path);
    }
  }
}
