/** Searches a new layer for build secrets that a step copied out of their mounts. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type BytePath, type FileEntry, toText } from '../../files/index.ts';
import type { LayerEntry } from '../../layers/index.ts';
import { formsOf, type SecretForm, type SecretText } from './secret-forms.ts';

export interface SecretLeak {
  readonly id: string;
  /** Path in the image, decoded for people. */
  readonly path: string;
  /** How the secret is encoded there, if it is. */
  readonly written?: string | undefined;
}

export interface ScannedLayer {
  readonly entries: readonly LayerEntry[];
  /** Host directory of the layer's tree. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

const CHUNK = 1 << 20;
/** How many lines of a secret, and of its base64, to search for: the first ones of a long key are enough. */
const FORMS_OF_A_KIND = 6;

/**
 * Reads the files of a layer, all of them if there is a secret to search for, none otherwise. Finds a secret in any of
 * its forms: in contents, names, targets of links and extended attributes.
 */
export async function findSecrets(
  secrets: readonly SecretText[],
  { entries, directory, signal }: ScannedLayer,
): Promise<readonly SecretLeak[]> {
  const wanted = secrets.flatMap((secret) => fewOfEachKind(formsOf(secret)));
  if (wanted.length === 0) return [];
  const leaks: SecretLeak[] = [];
  for (const entry of entries) {
    signal?.throwIfAborted();
    if (entry.kind !== 'entry') continue;
    const found = new Map<string, string | undefined>(inMetadata(entry, wanted));
    if (entry.type === 'file' && entry.size > 0) {
      for (const form of await formsIn(hostPath(directory, entry.path), wanted)) {
        if (!found.has(form.id)) found.set(form.id, form.written);
      }
    }
    for (const [id, written] of found) {
      const path = hideNames(`/${toText(entry.path)}`, wanted);
      leaks.push(written === undefined ? { id, path } : { id, path, written });
    }
  }
  return leaks;
}

function fewOfEachKind(forms: readonly SecretForm[]): readonly SecretForm[] {
  const seen = new Map<string | undefined, number>();
  return forms.filter(({ written }) => {
    const count = (seen.get(written) ?? 0) + 1;
    seen.set(written, count);
    return count <= FORMS_OF_A_KIND;
  });
}

function inMetadata(entry: FileEntry, wanted: readonly SecretForm[]) {
  const { path, linkTarget, xattrs } = entry;
  const texts: readonly (readonly [string, Buffer])[] = [
    ['in its name', Buffer.from(path.slice(path.lastIndexOf('/') + 1), 'latin1')],
    ['as the target of a link', Buffer.from(linkTarget ?? '', 'latin1')],
    ...Object.values(xattrs ?? {}).map(
      (value) => ['in an extended attribute', Buffer.from(value, 'latin1')] as const,
    ),
  ];
  return texts.flatMap(([written, bytes]) =>
    wanted.filter((form) => bytes.includes(form.bytes)).map(({ id }) => [id, written] as const),
  );
}

/** A name that contains the secret must not be printed. */
function hideNames(path: string, wanted: readonly SecretForm[]): string {
  return wanted.reduce((text, { bytes }) => text.replaceAll(bytes.toString('utf8'), '***'), path);
}

function hostPath(directory: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, 'latin1')]);
}

/** Reads in pieces that overlap by the length of the longest form. */
async function formsIn(path: Buffer, wanted: readonly SecretForm[]): Promise<Set<SecretForm>> {
  const longest = Math.max(...wanted.map(({ bytes }) => bytes.length));
  const buffer = Buffer.allocUnsafe(CHUNK + longest);
  const found = new Set<SecretForm>();
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (let kept = 0; ; ) {
      const { bytesRead } = await file.read(buffer, kept, CHUNK, null);
      if (bytesRead === 0) return new Set(wanted.filter((form) => found.has(form)));
      const piece = buffer.subarray(0, kept + bytesRead);
      for (const form of wanted) {
        if (!found.has(form) && piece.includes(form.bytes)) found.add(form);
      }
      kept = Math.min(longest - 1, piece.length);
      buffer.copy(buffer, 0, piece.length - kept, piece.length);
    }
  } finally {
    await file.close();
    // The buffer may hold the secret, so it must not reach the next user of this memory.
    buffer.fill(0);
  }
}
