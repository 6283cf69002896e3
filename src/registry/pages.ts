/**
 * Lists that registries give page by page.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 */
import type { HttpResponse } from '../http/index.ts';
import { breach, readBody } from './answers.ts';
import type { Call } from './call.ts';
import { parseJson } from './json.ts';
import type { RegistryServer } from './server.ts';

/** Bytes of one page. */
const MAX_PAGE = 16 * 1024 * 1024;
/** Registries that never come to an end are not followed for ever. */
const MAX_PAGES = 10_000;

/**
 * The documents of all pages.
 *
 * @param welcome further statuses; such an answer ends the list
 * @throws AppError REGISTRY_PROTOCOL for links that lead in circles or to another server, and for what is no JSON
 */
export async function* pages(
  server: RegistryServer,
  first: Call,
  welcome: readonly number[] = [],
): AsyncGenerator<unknown> {
  const seen = new Set<string>();
  const asked = { host: server.host, subject: first.subject };
  let url: URL | undefined = server.address(first);
  while (url !== undefined) {
    if (seen.has(url.href) || seen.size === MAX_PAGES)
      throw breach(asked, 'gives pages without end');
    seen.add(url.href);
    const response = await page(server, { ...first, at: url }, welcome);
    if (response === undefined) return;
    yield response.document;
    url = nextPage(response.link, url);
    if (url !== undefined && !server.isHere(url)) {
      throw breach(asked, 'names another server for the next page of the list');
    }
  }
}

interface Page {
  readonly document: unknown;
  readonly link: string | undefined;
}

async function page(
  server: RegistryServer,
  call: Call,
  welcome: readonly number[],
): Promise<Page | undefined> {
  const patience = server.patience(call.signal);
  for (;;) {
    try {
      const response = await server.once(call, [200, ...welcome]);
      if (response.status === 200) return await read(server, call, response);
      await response.discard();
      return undefined;
    } catch (error) {
      await patience.endure(server.failed(error));
    }
  }
}

async function read(server: RegistryServer, { subject }: Call, response: HttpResponse) {
  const bytes = await readBody(response, MAX_PAGE);
  const document = bytes && parseJson(new TextDecoder().decode(bytes));
  if (document === undefined) throw breach({ host: server.host, subject }, 'gave no list');
  const { link } = response.headers;
  return { document, link: Array.isArray(link) ? link[0] : link };
}

/** `Link: </v2/x/tags/list?n=5&last=a>; rel="next"`. https://www.rfc-editor.org/rfc/rfc8288 */
export function nextPage(header: string | undefined, from: URL): URL | undefined {
  for (const [, target = '', parameters = ''] of header?.matchAll(/<([^<>]*)>([^<,]*)/g) ?? []) {
    if (!/;\s*rel\s*=\s*"?next"?\s*(?:;|$)/i.test(parameters)) continue;
    if (URL.canParse(target, from.href)) return new URL(target, from);
  }
  return undefined;
}
