/** The beginning of a file of an image, for a reader. */
import type { ImageModel, Version } from '../analysis/index.ts';
import type { FilePreview } from './page-data.ts';
import { pageJson } from './page-json.ts';
import { numberIn } from './query.ts';

/** What previews are read from. */
export interface PreviewSource {
  readonly model: ImageModel;
  read(version: Version, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

const MOST_BYTES = 64 * 1024;
const MOST_HEX = 4096;

/**
 * @param query `image`: its position; `node`: its row in the path table; `layer`: the layer that ships the file
 * @returns JSON of a `FilePreview`; undefined where there is no such file
 */
export async function previewOf(
  images: readonly PreviewSource[],
  query: URLSearchParams,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const image = images[numberIn(query, 'image')];
  const version =
    image && versionAt(image.model, numberIn(query, 'node'), numberIn(query, 'layer'));
  if (image === undefined || version === undefined) return undefined;
  const bytes = image.model.versions.size(version);
  const beginning = await firstBytes(image.read(version, signal), MOST_BYTES);
  const text = textIn(beginning);
  const preview: FilePreview = {
    ...{ bytes, text, hex: text === null ? hexDump(beginning.subarray(0, MOST_HEX)) : null },
    isCut: bytes > (text === null ? MOST_HEX : beginning.length),
  };
  return pageJson(preview);
}

function versionAt({ versions }: ImageModel, node: number, layer: number): Version | undefined {
  for (let version = 0; version < versions.length; version++) {
    const isIt = versions.node(version) === node && versions.layer(version) === layer;
    if (isIt && versions.isFile(version)) return version;
  }
  return undefined;
}

async function firstBytes(source: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    parts.push(Buffer.from(chunk));
    length += chunk.length;
    if (length >= most) break;
  }
  return Buffer.concat(parts).subarray(0, most);
}

/** @returns null where it is no UTF-8, or holds what no text has; a character that was cut at the end is left out */
function textIn(bytes: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

const ROW = 16;

function hexDump(bytes: Buffer): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.subarray(at, at + ROW);
    const pairs = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = row.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    rows.push(`${at.toString(16).padStart(8, '0')}  ${pairs.padEnd(ROW * 3)} ${letters}`);
  }
  return rows.join('\n');
}
