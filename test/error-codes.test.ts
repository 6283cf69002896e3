/** Every code in the sources is explained in docs/errors.md, and nothing else is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const AREAS =
  'ARCHIVE|BASE|BLOB|BUILD|CACHE|CHECK|CLI|CONTAINER|CONTEXT|COPY|DIGEST|DOCKERFILE|EMULATOR|ENTRY|EXPORT|GIT|GRAPH|GROUP|HTTP|IMAGE|LAYER|MANIFEST|MODE|MOUNT|OCI|PATH|PATTERN|PLAN|PLATFORM|REFERENCE|REGISTRY|RUN|RUNTIME|SECRET|SSH|STORE|SYMLINK|SYSTEM|USER';

function sources(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

it('explains every error code, and no code that does not exist', () => {
  const pattern = new RegExp(`'((?:${AREAS})_[A-Z_]+)'`, 'g');
  const used = new Set(
    sources(join(ROOT, 'src')).flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(pattern)].map((match) => match[1] ?? ''),
    ),
  );
  const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
  const explained = new Set([...text.matchAll(/^### ([A-Z_]+)$/gm)].map((match) => match[1] ?? ''));
  for (const variable of ['HTTP_PROXY', 'GIT_SSL_CAINFO', 'SSH_AUTH_SOCK']) used.delete(variable);
  expect([...used].filter((code) => !explained.has(code)).sort()).toEqual([]);
  expect([...explained].filter((code) => code !== 'INTERNAL' && !used.has(code)).sort()).toEqual(
    [],
  );
});
