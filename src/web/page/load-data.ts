/** The data of the page: out of the page itself, or from lamina, which serves it. */
import type { ContentTree } from '../../analysis/index.ts';
import type { FilePreview, PageData } from '../page-data.ts';
import type { Cut } from './items.ts';

export async function loadData(): Promise<PageData> {
  const embedded = document.getElementById('data')?.textContent;
  return embedded === undefined ? fetched<PageData>('/data') : unpacked(embedded);
}

export function loadPreview(image: number, node: number, layer: number): Promise<FilePreview> {
  return fetched<FilePreview>(`/file?image=${image}&node=${node}&layer=${layer}`);
}

/** Of a directory, what the page has not got. */
export function loadCut(image: number, { node, skip }: Cut): Promise<ContentTree> {
  return fetched<ContentTree>(`/directory?image=${image}&node=${node}&skip=${skip}`);
}

async function unpacked(base64: string): Promise<PageData> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).json() as Promise<PageData>;
}

async function fetched<T>(path: string): Promise<T> {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const response = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json() as Promise<T>;
}
