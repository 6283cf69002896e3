/** A bucket of S3, or of a server that speaks its protocol. */
import { AppError } from '../errors.ts';
import { type AwsCredentials, encodedKey, signedForAws } from './aws-signature.ts';
import type { Exchange, ServerCall } from './exchange.ts';
import type { ObjectBody, ObjectRequest, ObjectStore } from './object-store.ts';

export interface S3Bucket {
  readonly bucket: string;
  readonly region: string;
  /** Undefined: that of AWS. */
  readonly endpoint: string | undefined;
  /** With an endpoint: the bucket is in the path instead of the host. */
  readonly pathStyle: boolean;
  /** Undefined: requests are not signed. */
  readonly credentials: AwsCredentials | undefined;
  /** Milliseconds after which an object that is still in use is copied onto itself. */
  readonly touchAfterMs: number;
}

/** Bytes of one request, for writing and for copying. */
const MAX_OBJECT = 5 * 1024 ** 3;

export class S3Objects implements ObjectStore {
  readonly #at: S3Bucket;
  readonly #exchange: Exchange;

  constructor(at: S3Bucket, exchange: Exchange) {
    this.#at = at;
    this.#exchange = exchange;
  }

  read(key: string, request: ObjectRequest) {
    const about = { subject: this.#shown(key), signal: request.signal };
    return this.#exchange.object((get) => this.#send({ ...get, key }, request), about);
  }

  async has(key: string, request: ObjectRequest): Promise<boolean> {
    const response = await this.#send({ method: 'HEAD', key, expected: [200, 404] }, request);
    await response.discard();
    if (response.status === 404) return false;
    const changed = Date.parse(response.headers['last-modified'] ?? '');
    const size = Number(response.headers['content-length'] ?? 0);
    if (Date.now() - changed > this.#at.touchAfterMs && size <= MAX_OBJECT) {
      await this.#touch(key, request);
    }
    return true;
  }

  write(key: string, body: ObjectBody, request: ObjectRequest): Promise<void> {
    return this.replace(key, body, request);
  }

  async replace(key: string, body: ObjectBody, request: ObjectRequest): Promise<void> {
    if (body.size > MAX_OBJECT) {
      throw new AppError('CACHE_UNWRITABLE', `${this.#shown(key)} takes more than 5 GiB`, {
        hint: 'S3 takes no larger object in one request: use a cache in a registry, or smaller layers',
      });
    }
    const headers = { 'content-type': 'application/octet-stream' };
    const response = await this.#send(
      { method: 'PUT', key, headers, body, expected: [200] },
      request,
    );
    await response.discard();
  }

  /** Rules that expire objects go by the time of their last change. */
  async #touch(key: string, request: ObjectRequest): Promise<void> {
    const headers = {
      'x-amz-copy-source': `/${this.#at.bucket}/${encodedKey(key)}`,
      'x-amz-metadata-directive': 'REPLACE',
      'x-amz-meta-updated-at': new Date().toISOString(),
    };
    const response = await this.#send({ method: 'PUT', key, headers, expected: [200] }, request);
    await response.discard();
  }

  #send(
    what: Pick<ServerCall, 'method' | 'body'> & {
      readonly key: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly expected: readonly number[];
    },
    request: ObjectRequest,
  ) {
    const { method, key, headers = {}, body, expected } = what;
    const { credentials, region } = this.#at;
    const url = this.#url(key);
    const call = () => {
      const signed =
        credentials === undefined
          ? headers
          : signedForAws({ method, url, headers, hasBody: body !== undefined }, credentials, {
              region,
              now: new Date(),
            });
      return { method, url, headers: signed, body };
    };
    return this.#exchange.send({ ...request, call, expected, subject: this.#shown(key) });
  }

  #url(key: string): URL {
    const { bucket, region, endpoint, pathStyle } = this.#at;
    const isChinese = region.startsWith('cn-');
    const own = `https://s3.${region}.amazonaws.com${isChinese ? '.cn' : ''}`;
    const url = new URL(endpoint ?? own);
    // A certificate for all buckets covers one label.
    const inPath = endpoint === undefined ? bucket.includes('.') : pathStyle;
    if (!inPath) url.hostname = `${bucket}.${url.hostname}`;
    const base = url.pathname.replace(/\/$/, '');
    url.pathname = `${base}${inPath ? `/${bucket}` : ''}/${encodedKey(key)}`;
    return url;
  }

  #shown(key: string): string {
    return `s3://${this.#at.bucket}/${key}`;
  }
}
