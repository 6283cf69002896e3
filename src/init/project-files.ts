/** The files of a project, as detection sees them: names, and the texts of small ones. */

export interface ProjectFiles {
  /** Paths relative to the project, with `/`. */
  readonly paths: readonly string[];
  /** The text of a file; undefined if there is none, or it is too large. */
  text(path: string): string | undefined;
}

/** The same files as a directory sees them. */
export function filesIn(files: ProjectFiles, directory: string): ProjectFiles {
  if (directory === '') return files;
  const prefix = `${directory}/`;
  return {
    paths: files.paths.flatMap((path) =>
      path.startsWith(prefix) ? [path.slice(prefix.length)] : [],
    ),
    text: (path) => files.text(prefix + path),
  };
}

export function has(files: ProjectFiles, ...paths: readonly string[]): boolean {
  return paths.some((path) => files.paths.includes(path));
}

/** The first text of the paths in which the pattern is, with its groups. */
export function search(
  files: ProjectFiles,
  paths: readonly string[],
  pattern: RegExp,
): { readonly path: string; readonly groups: readonly (string | undefined)[] } | undefined {
  for (const path of paths) {
    const match = pattern.exec(files.text(path) ?? '');
    if (match !== null) return { path, groups: match.slice(1) };
  }
  return undefined;
}
