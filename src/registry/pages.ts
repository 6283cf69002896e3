/**
 * Paginated lists of a registry.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 */
import type { HttpResponse } from '../http/index.ts';
import { breach, readBody } from './answers.ts';
import type { Call } from './call.ts';
import { parseJson } from './json.ts';
import type { RegistryServer } from './server.ts';

/**
 * Limits for one list, since a broken registry might never end it. The largest repositories have about 100,000 tags (a
 * few megabytes); the smallest pages of real registries hold 100.
 */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_PAGES = 2000;

/**
 * The documents of all pages.
 *
 * @param accepted further statuses; such an answer ends the list
 * @throws AppError REGISTRY_PROTOCOL for link cycles, links to another server, lists that are too long, and invalid
 *   JSON
 */
export async function* pages(
  server: RegistryServer,
  first: Call,
  accepted: readonly number[] = [],
): AsyncGenerator<unknown> {
  const seen = new Set<string>();
  const context = { host: server.host, subject: first.subject };
  let bytesLeft = MAX_BYTES;
  let url: URL | undefined = server.address(first);
  while (url !== undefined) {
    if (seen.has(url.href) || seen.size === MAX_PAGES)
      throw breach(context, 'sends an endless list');
    seen.add(url.href);
    const response = await page(server, { ...first, at: url, bytesLeft }, accepted);
    if (response === undefined) return;
    bytesLeft -= response.size;
    yield response.document;
    url = nextPage(response.link, url);
    if (url !== undefined && !server.isHere(url)) {
      throw breach(context, 'points to another server for the next page of the list');
    }
  }
}

interface PageCall extends Call {
  readonly bytesLeft: number;
}

interface Page {
  /** In bytes. */
  readonly size: number;
  readonly document: unknown;
  readonly link: string | undefined;
}

async function page(
  server: RegistryServer,
  call: PageCall,
  accepted: readonly number[],
): Promise<Page | undefined> {
  const retries = server.retryPolicy(call.signal);
  for (;;) {
    try {
      const response = await server.send(call, [200, ...accepted]);
      if (response.status === 200) return await read(server, call, response);
      await response.discard();
      return undefined;
    } catch (error) {
      await retries.waitOrThrow(server.failed(error));
    }
  }
}

async function read(
  server: RegistryServer,
  { subject, bytesLeft }: PageCall,
  response: HttpResponse,
): Promise<Page> {
  const context = { host: server.host, subject };
  const bytes = await readBody(response, bytesLeft);
  if (bytes === undefined) throw breach(context, `sent a list larger than ${MAX_BYTES >> 20} MiB`);
  const document = parseJson(new TextDecoder().decode(bytes));
  if (document === undefined) throw breach(context, 'sent no list');
  const { link } = response.headers;
  return { size: bytes.length, document, link: Array.isArray(link) ? link[0] : link };
}

/** `Link: </v2/x/tags/list?n=5&last=a>; rel="next"`. https://www.rfc-editor.org/rfc/rfc8288 */
export function nextPage(header: string | undefined, from: URL): URL | undefined {
  for (const [, target = '', parameters = ''] of header?.matchAll(/<([^<>]*)>([^<,]*)/g) ?? []) {
    if (!/;\s*rel\s*=\s*"?next"?\s*(?:;|$)/i.test(parameters)) continue;
    if (URL.canParse(target, from.href)) return new URL(target, from);
  }
  return undefined;
}
