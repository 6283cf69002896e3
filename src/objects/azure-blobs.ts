/** A container of Azure Blob Storage. */
import { AppError } from '../errors.ts';
import { encodedKey } from './aws-signature.ts';
import { type AzureKey, signedForAzure } from './azure-signature.ts';
import type { Exchange, ServerCall } from './exchange.ts';
import type { ObjectBody, ObjectRequest, ObjectStore } from './object-store.ts';

export interface AzureContainer {
  readonly accountUrl: string;
  readonly container: string;
  readonly key: AzureKey;
}

/** The version of the protocol that requests follow. */
export const AZURE_VERSION = '2021-12-02';
/** Bytes that one request may write. */
export const MAX_AZURE_BLOB = 5000 * 1024 ** 2;

interface Call extends Pick<ServerCall, 'method' | 'body'> {
  /** Undefined: the container itself. */
  readonly key: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: readonly number[];
}

export class AzureObjects implements ObjectStore {
  readonly #at: AzureContainer;
  readonly #exchange: Exchange;

  constructor(at: AzureContainer, exchange: Exchange) {
    this.#at = at;
    this.#exchange = exchange;
  }

  read(key: string, request: ObjectRequest) {
    const about = { subject: this.#shown(key), signal: request.signal };
    return this.#exchange.object((get) => this.#send({ ...get, key }, request), about);
  }

  /** Another build may have written it in the meantime. */
  write(key: string, body: ObjectBody, request: ObjectRequest): Promise<void> {
    return this.#put(key, body, { ...request, headers: { 'if-none-match': '*' } });
  }

  replace(key: string, body: ObjectBody, request: ObjectRequest): Promise<void> {
    return this.#put(key, body, { ...request, headers: {} });
  }

  async has(key: string, request: ObjectRequest): Promise<boolean> {
    const response = await this.#send({ method: 'HEAD', key, expected: [200, 404] }, request);
    await response.discard();
    return response.status === 200;
  }

  async #put(
    key: string,
    body: ObjectBody,
    { headers, ...request }: ObjectRequest & { readonly headers: Record<string, string> },
  ): Promise<void> {
    refuseLarge(body, this.#shown(key));
    const put = (expected: readonly number[]) =>
      this.#send(
        {
          ...{ method: 'PUT', key, body, expected },
          headers: { ...headers, ...PLAIN_BLOB },
        },
        request,
      );
    const first = await put([201, 404, 409, 412]);
    await first.discard();
    if (first.status !== 404) return;
    await this.#createContainer(request);
    await (await put([201, 409, 412])).discard();
  }

  async #createContainer(request: ObjectRequest): Promise<void> {
    const call: Call = { method: 'PUT', key: undefined, expected: [201, 409] };
    await (await this.#send(call, request)).discard();
  }

  #send({ method, key, headers = {}, body, expected }: Call, request: ObjectRequest) {
    const url = this.#url(key);
    const size = body?.size ?? 0;
    const all = { ...headers, 'x-ms-version': AZURE_VERSION };
    const call = () => {
      const signed = { method, url, headers: all, size };
      return { method, url, headers: signedForAzure(signed, this.#at.key, new Date()), body };
    };
    return this.#exchange.send({ ...request, call, expected, subject: this.#shown(key ?? '') });
  }

  #url(key: string | undefined): URL {
    const { accountUrl, container } = this.#at;
    const url = new URL(accountUrl);
    const base = `${url.pathname.replace(/\/$/, '')}/${container}`;
    url.pathname = key === undefined ? base : `${base}/${encodedKey(key)}`;
    url.search = key === undefined ? '?restype=container' : '';
    return url;
  }

  #shown(key: string): string {
    return `${this.#at.container}/${key} of ${new URL(this.#at.accountUrl).host}`;
  }
}

/** Headers of a blob that is written in one request. */
export const PLAIN_BLOB = {
  'content-type': 'application/octet-stream',
  'x-ms-blob-type': 'BlockBlob',
} as const;

/** @throws AppError CACHE_UNWRITABLE */
export function refuseLarge({ size }: ObjectBody, shown: string): void {
  if (size <= MAX_AZURE_BLOB) return;
  throw new AppError('CACHE_UNWRITABLE', `${shown} takes more than 5000 MiB`, {
    hint: 'the storage takes no larger blob in one request: use a cache in a registry, or smaller layers',
  });
}
