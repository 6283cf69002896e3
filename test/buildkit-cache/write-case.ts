/** A case as directories both builders can be given. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CacheCase } from './cases.ts';

const LINK = '→';

/** Writes the context of a case, with its Dockerfile beside it, and returns where. */
export function writeCase(
  directory: string,
  { dockerfile, files = {}, modes = {} }: CacheCase,
): { readonly context: string; readonly dockerfile: string } {
  const context = join(directory, 'context');
  mkdirSync(context, { recursive: true });
  chmodSync(context, 0o755);
  for (const [name, content] of Object.entries(files)) {
    const path = join(context, name);
    const above = name.endsWith('/') ? path : dirname(path);
    mkdirSync(above, { recursive: true });
    if (name.includes('/')) chmodSync(above, 0o755);
    if (name.endsWith('/')) continue;
    if (content.startsWith(LINK)) symlinkSync(content.slice(LINK.length), path);
    else {
      writeFileSync(path, content);
      chmodSync(path, modes[name] ?? 0o644);
    }
  }
  writeFileSync(join(directory, 'Dockerfile'), dockerfile);
  return { context, dockerfile: join(directory, 'Dockerfile') };
}
