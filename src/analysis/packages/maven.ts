/** Java libraries: archives that name what Maven built them from, those in archives among them. */
import { type BytePath, baseName } from '../../files/index.ts';

export interface JavaPackage {
  /** `group:artifact`; only the artifact where nothing tells the group. */
  readonly name: string;
  readonly version: string;
  /** Bytes in the archive; undefined: the archive itself. */
  readonly nested: number | undefined;
}

/** Larger archives are known by their names only. */
export const LARGEST_JAR = 64 << 20;

const PROPERTIES = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const NESTED = /(?:^|\/)(?:lib|libs)\/[^/]+\.jar$/;

export function isJar(path: BytePath): boolean {
  return /\.(?:jar|war|ear)$/.test(path);
}

/** @param bytes undefined for an archive that is too large to be read */
export async function javaPackages(
  path: BytePath,
  bytes: Buffer | undefined,
): Promise<JavaPackage[]> {
  const own = namedByFile(path);
  const fallback = own === undefined ? [] : [{ ...own, nested: undefined }];
  if (bytes === undefined) return fallback;
  const { unzipSync } = await import('fflate');
  const nested: JavaPackage[] = [];
  try {
    const found = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        const inner = NESTED.test(name) ? namedByFile(name) : undefined;
        if (inner !== undefined) nested.push({ ...inner, nested: size });
        return PROPERTIES.test(name) && originalSize < LARGEST_PROPERTIES;
      },
    });
    const described = Object.values(found).flatMap((one) => properties(Buffer.from(one)) ?? []);
    // A shaded archive has those of all it took in: the one that the file is called after is its own.
    const file = baseName(path);
    const main = described.find(({ artifact }) => file.startsWith(artifact)) ?? described[0];
    if (main === undefined) return [...fallback, ...nested];
    const { group, artifact, version } = main;
    return [{ name: `${group}:${artifact}`, version, nested: undefined }, ...nested];
  } catch {
    return fallback;
  }
}

const LARGEST_PROPERTIES = 64 << 10;

function properties(bytes: Buffer) {
  const values = new Map<string, string>();
  for (const line of bytes.toString('latin1').split(/\r?\n/)) {
    const [, key, value] = /^\s*(groupId|artifactId|version)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, value);
  }
  const [group, artifact, version] = ['groupId', 'artifactId', 'version'].map((key) =>
    values.get(key),
  );
  if (group === undefined || artifact === undefined || version === undefined) return undefined;
  return { group, artifact, version };
}

function namedByFile(path: string): Pick<JavaPackage, 'name' | 'version'> | undefined {
  const [, name, version] = /^(.+?)-(\d[\w.+-]*)\.(?:jar|war|ear)$/.exec(baseName(path)) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}
