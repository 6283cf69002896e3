/**
 * The cache of GitHub Actions, version 2: a service that answers with signed addresses of Azure Blob Storage. An entry
 * never changes; a document that does is a series of entries, `key#1`, `key#2`, …, of which the newest counts.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { AZURE_VERSION, PLAIN_BLOB, refuseLarge } from './azure-blobs.ts';
import type { Exchange } from './exchange.ts';
import type { ObjectBody, ObjectRequest, ObjectStore } from './object-store.ts';

export interface ActionsService {
  /** Of the service, as ACTIONS_RESULTS_URL. */
  readonly url: string;
  /** As ACTIONS_RUNTIME_TOKEN. */
  readonly token: string;
}

const SERVICE = '/twirp/github.actions.results.api.v1.CacheService/';
/** The same for all entries of BuildKit's: entries of another version are not found. */
const VERSION = createHash('sha256').update('|go-actionscache-1.0').digest('hex');
const MAX_ANSWER = 64 * 1024;
/** Numbers that other builds may have taken meanwhile. */
const MAX_TRIES = 20;

export class ActionsObjects implements ObjectStore {
  readonly #at: ActionsService;
  readonly #exchange: Exchange;

  constructor(at: ActionsService, exchange: Exchange) {
    this.#at = at;
    this.#exchange = exchange;
  }

  async read(key: string, request: ObjectRequest) {
    const url = (await this.#find(key, request))?.url;
    if (url === undefined) return undefined;
    const get = async (
      at: URL,
      headers: Readonly<Record<string, string>>,
      expected: readonly number[],
    ) =>
      this.#exchange.send({
        ...request,
        ...{ expected, subject: shown(key) },
        call: () => ({ method: 'GET', url: at, headers: { ...headers, ...OF_BLOBS } }),
      });
    const again = async (range: string) => {
      // The first address may have expired.
      const fresh = (await this.#find(key, request))?.url;
      return get(fresh ?? url, { range }, [206]);
    };
    const { signal } = request;
    const first = await get(url, {}, [200]);
    return this.#exchange.download(first, { again, subject: shown(key), signal });
  }

  async has(key: string, request: ObjectRequest): Promise<boolean> {
    return (await this.#find(key, request)) !== undefined;
  }

  async write(key: string, body: ObjectBody, request: ObjectRequest): Promise<void> {
    await this.#write(key, body, request);
  }

  async replace(key: string, body: ObjectBody, request: ObjectRequest): Promise<void> {
    const newest = (await this.#find(`${key}#`, request))?.key ?? '';
    const number = Number(newest.slice(key.length + 1));
    const first = Number.isInteger(number) ? number + 1 : 1;
    for (let next = first; next < first + MAX_TRIES; next++) {
      if (await this.#write(`${key}#${next}`, body, request)) return;
    }
    throw new AppError('CACHE_UNWRITABLE', `${shown(key)}: other builds write it all the time`, {
      hint: 'give each build a scope of its own: scope=NAME',
    });
  }

  /** @returns whether the entry is new */
  async #write(key: string, body: ObjectBody, request: ObjectRequest): Promise<boolean> {
    refuseLarge(body, shown(key));
    const reserved = await this.#ask('CreateCacheEntry', { key, version: VERSION }, request);
    if (reserved === 'exists') return false;
    const url = addressIn(reserved.signed_upload_url, key);
    const uploaded = await this.#exchange.send({
      ...request,
      ...{ expected: [201], subject: shown(key) },
      call: () => ({ method: 'PUT', url, headers: { ...PLAIN_BLOB, ...OF_BLOBS }, body }),
    });
    await uploaded.discard();
    const entry = { key, size_bytes: body.size, version: VERSION };
    const finished = await this.#ask('FinalizeCacheEntryUpload', entry, request);
    if (finished !== 'exists' && finished.ok === true) return true;
    throw breach(key, 'did not keep it');
  }

  /** The newest entry whose key begins with this one. */
  async #find(
    key: string,
    request: ObjectRequest,
  ): Promise<{ readonly key: string; readonly url: URL } | undefined> {
    const wanted = { key, restore_keys: [key], version: VERSION };
    const found = await this.#ask('GetCacheEntryDownloadURL', wanted, request);
    if (found === 'exists' || found.ok !== true) return undefined;
    const { matched_key: matched, signed_download_url: url } = found;
    return { key: typeof matched === 'string' ? matched : key, url: addressIn(url, key) };
  }

  async #ask(
    method: string,
    message: { readonly key: string; readonly [name: string]: unknown },
    request: ObjectRequest,
  ): Promise<Readonly<Record<string, unknown>> | 'exists'> {
    const { url: base, token } = this.#at;
    const url = new URL(`${base.replace(/\/+$/, '')}${SERVICE}${method}`);
    const bytes = Buffer.from(JSON.stringify(message));
    const body: ObjectBody = {
      size: bytes.length,
      async *read() {
        yield bytes;
      },
    };
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await this.#exchange.send({
      ...request,
      ...{ expected: [200, 409], subject: shown(message.key) },
      call: () => ({ method: 'POST', url, headers, body }),
    });
    if (response.status === 409) {
      await response.discard();
      return 'exists';
    }
    return objectIn(await textOf(response.body, message.key), message.key);
  }
}

const OF_BLOBS = { 'x-ms-version': AZURE_VERSION } as const;

function shown(key: string): string {
  return `${key} of the Actions cache`;
}

async function textOf(body: AsyncIterable<Uint8Array>, key: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw breach(key, 'sent an answer that is too long');
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString('utf8');
}

function objectIn(text: string, key: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Reported below.
  }
  throw breach(key, 'sent an invalid answer');
}

function addressIn(value: unknown, key: string): URL {
  if (typeof value === 'string' && URL.canParse(value)) {
    const url = new URL(value);
    if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  }
  throw breach(key, 'sent no usable address');
}

function breach(key: string, what: string): AppError {
  return new AppError('CACHE_SERVER', `${shown(key)}: the service ${what}`, {
    hint: 'try again later',
  });
}
