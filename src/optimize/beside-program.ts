/** Files beside a compiled program that it may read: those of its directory that no compiler takes. */
import { type BytePath, baseName } from '../files/index.ts';
import type { ImageTree } from './image-tree.ts';

/** Bytes; more than that is no data that belongs to a program. */
const MOST_BYTES = 4 << 20;

/** Directories of compilers, package managers and version control. */
const NOT_DATA =
  /^(?:\..*|target|node_modules|vendor|obj|deps|incremental|CMakeFiles|__pycache__|test|tests|docs)$/;
/** Sources, manifests, and what people read. */
const NOT_READ =
  /^(?:\..*|Dockerfile.*|Makefile|CMakeLists\.txt|LICENSE.*|(?:package|tsconfig|package-lock)\.json|Cargo\.(?:toml|lock)|go\.(?:mod|sum)|.*\.(?:[chmods]|cc|cpp|cxx|hpp|rs|go|java|kt|ts|tsx|jsx|mod|lock|md|a|rlib|rmeta))$/;

/** What a compiler takes or leaves behind for its next step. */
const COMPILED = /\.(?:[cho]|cc|cpp|cxx|hpp|rs|rlib|rmeta|go|java|kt|swift|cs|obj)$/;
/** Directories of libraries, which may bring sources with them. */
const LIBRARIES = /^(?:lib|lib64|include|node_modules|vendor|gems|site-packages)$/;

/** Whether something is compiled there: of what lies in such a directory, programs need little. */
export function isWorkshop(tree: ImageTree, directory: BytePath): boolean {
  return tree.list(directory).some(({ path, type }) => {
    const name = baseName(path);
    if (type === 'directory') return !LIBRARIES.test(name) && isWorkshop(tree, path);
    return COMPILED.test(name);
  });
}

/** @returns paths of files; empty if there are too many bytes for data */
export function filesBeside(tree: ImageTree, directory: BytePath): readonly BytePath[] {
  const found: BytePath[] = [];
  let bytes = 0;
  const open = [directory];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { path, type, size } of tree.list(at)) {
      const name = baseName(path);
      if (type === 'directory' && !NOT_DATA.test(name)) open.push(path);
      if (type !== 'file' || NOT_READ.test(name)) continue;
      found.push(path);
      bytes += size;
      if (bytes > MOST_BYTES) return [];
    }
  }
  return found;
}
