import { readFileSync } from 'node:fs';

/** The version of lamina: of package.json at the root, both for the sources and for the built library and command. */
export function packageVersion(): string {
  for (const up of ['..', '../..']) {
    const text = readIfThere(new URL(`${up}/package.json`, import.meta.url));
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
  }
  throw new Error('package.json is missing');
}

function readIfThere(path: URL): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
