/** A Java runtime with the modules that programs may use, made by the JDK's `jlink`. */
import { type BytePath, baseName, parentPath } from '../files/index.ts';
import type { ImageTree } from './image-tree.ts';

export interface RuntimeOfModules {
  /** Of the JDK. */
  readonly directory: BytePath;
  /** Names of the modules to keep. */
  readonly modules: readonly string[];
}

/**
 * Modules for those who write programs: compilers, debuggers, monitors, packagers. All others are kept, since programs
 * load many by name, where neither a trace nor `jdeps` sees them.
 */
const FOR_DEVELOPERS = new RegExp(
  `^(?:${[
    ...['jdk\\.(?:compiler|jartool|javadoc|jcmd|jconsole|jdeps|jdi|jdwp\\.agent|jlink|jpackage)'],
    ...['jdk\\.(?:jshell|jstatd|hotspot\\.agent|editpad|attach|rmic|unsupported\\.desktop)'],
    ...['jdk\\.internal\\.(?:ed|jvmstat|le|opt|vm\\..*)', 'jdk\\.graal\\..*'],
    ...['jdk\\.(?:incubator|scripting)\\..*'],
  ].join('|')})$`,
);

/** The JDKs of which the program uses the Java runtime. @param needed paths of files */
export function javaRuntimes(
  tree: ImageTree,
  needed: ReadonlySet<BytePath>,
): readonly RuntimeOfModules[] {
  return [...needed].flatMap((path) => {
    if (!path.endsWith('/lib/modules')) return [];
    const directory = parentPath(parentPath(path));
    const modules = tree
      .list(`${directory}/jmods`)
      .map((entry) => /^([\w.]+)\.jmod$/.exec(baseName(entry.path))?.[1])
      .filter((name) => name !== undefined);
    const isWhole = modules.includes('java.base') && isPlain(directory);
    const kept = modules.filter((name) => !FOR_DEVELOPERS.test(name));
    return isWhole && tree.lookup(`${directory}/bin/jlink`) ? [{ directory, modules: kept }] : [];
  });
}

/** Whether a path means itself in a shell. */
function isPlain(path: BytePath): boolean {
  return /^[\w./+@=:~%,-]+$/.test(path);
}

/** A command that puts the runtime in the place of the JDK, with the settings and certificates of the JDK. */
export function smallRuntime({ directory, modules }: RuntimeOfModules): string {
  const jdk = `/${directory}`;
  const made = `${jdk}.runtime`;
  return [
    `${jdk}/bin/jlink --no-header-files --no-man-pages --compress=2 --output ${made} \\
    --add-modules ${modules.join(',')}`,
    ...['conf', 'lib/security'].map(
      (settings) => `rm -rf ${made}/${settings} && cp -a ${jdk}/${settings} ${made}/${settings}`,
    ),
    `rm -rf ${jdk} && mv ${made} ${jdk}`,
  ].join(' \\\n && ');
}
