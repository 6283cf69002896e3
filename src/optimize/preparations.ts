/** Steps at the end of the stage to build in, after which there is less to copy. */
import type { ContainerConfig } from '../oci/index.ts';
import type { ImageTree } from './image-tree.ts';
import { javaRuntimes, type RuntimeOfModules, smallRuntime } from './java-runtime.ts';

export interface Preparation {
  readonly name: 'production-dependencies' | 'java-runtime';
  /** Goes on after "copy the needed files". */
  readonly what: string;
  /** Of a RUN. */
  readonly command: string;
  /** Whether it must run as root, not as the user of the image. */
  readonly asRoot: boolean;
}

/** @param needed paths of the files that the program needs */
export function preparations(
  config: ContainerConfig,
  tree: ImageTree,
  needed: ReadonlySet<string>,
): readonly Preparation[] {
  const prune = pruneCommand(config, tree);
  return [
    ...(prune === undefined ? [] : [productionDependencies(prune)]),
    ...javaRuntimes(tree, needed).map(javaRuntime),
  ];
}

function productionDependencies(command: string): Preparation {
  return {
    name: 'production-dependencies',
    what: 'without the dependencies for development',
    ...{ command, asRoot: false },
  };
}

function javaRuntime(runtime: RuntimeOfModules): Preparation {
  return {
    name: 'java-runtime',
    what: 'with a Java runtime without tools for developers',
    ...{ command: smallRuntime(runtime), asRoot: true },
  };
}

/** Removes the dependencies that only a build needs; undefined if there are none. */
function pruneCommand(config: ContainerConfig, tree: ImageTree): string | undefined {
  const directory = (config.WorkingDir ?? '').replace(/^\/+|\/+$/g, '');
  const has = (name: string) =>
    tree.lookup(directory === '' ? name : `${directory}/${name}`) !== undefined;
  if (!has('node_modules') || !has('package.json')) return undefined;
  if (has('package-lock.json')) return 'npm prune --omit=dev';
  return has('pnpm-lock.yaml') ? 'pnpm prune --prod' : undefined;
}

/** Which of them to try: all together, then each alone, then none. */
export function combinations(all: readonly Preparation[]): readonly (readonly Preparation[])[] {
  return [...(all.length > 1 ? [all] : []), ...all.map((one) => [one]), []];
}
