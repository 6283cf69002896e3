/** The built page: scripts/build.mjs makes it from page/. */
import { readFile } from 'node:fs/promises';

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

export async function pageAssets(): Promise<PageAssets> {
  const [script, style] = await Promise.all([asset('page.js'), asset('page.css')]);
  return { script, style };
}

/** `dist/web` as seen from the command in `dist/bin`, the library in `dist/lib/web`, and the sources. */
const DIRECTORIES = ['../web', '../../web', '../../dist/web'];

async function asset(name: string): Promise<string> {
  for (const directory of DIRECTORIES) {
    const url = new URL(`${directory}/${name}`, import.meta.url);
    const text = await readFile(url, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  throw new Error(`${name} is missing: run npm run build`);
}
