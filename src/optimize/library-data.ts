/** Configuration and data that shared libraries look up by name, of which a test uses little. */
import { type BytePath, baseName } from '../files/index.ts';
import type { ImageTree } from './image-tree.ts';

/** By the name of the library: directories, and their names in `etc` and `usr/share`. */
const DATA: readonly (readonly [library: RegExp, names: RegExp])[] = [
  [/\/libfontconfig\.so[.\d]*$/, /^(?:fonts|fontconfig)$/],
  [/\/libMagickCore-[^/]*\.so[.\d]*$/, /^ImageMagick-/],
  [/\/libmagic\.so[.\d]*$/, /^(?:magic|magic\.mime|misc)$/],
  [/\/libgs\.so[.\d]*$/, /^(?:ghostscript|color|poppler)$/],
];

/** @param needed paths of the files that the program needs */
export function dataOfLibraries(tree: ImageTree, needed: Iterable<BytePath>): readonly BytePath[] {
  const used = new Set<RegExp>();
  for (const path of needed) {
    for (const [library, names] of DATA) if (library.test(path)) used.add(names);
  }
  if (used.size === 0) return [];
  return ['etc', 'usr/share', 'usr/local/share'].flatMap((directory) =>
    tree
      .list(directory)
      .map(({ path }) => path)
      .filter((path) => [...used].some((names) => names.test(baseName(path)))),
  );
}
