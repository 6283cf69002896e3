/** Requests to servers of objects: with retries, resumed downloads, and errors that show no credentials. */
import { Backoff } from '../concurrency/index.ts';
import type { ErrorCode } from '../error-code.ts';
import { AppError } from '../errors.ts';
import { type HttpClient, HttpFailure, type HttpResponse, maskSecrets } from '../http/index.ts';
import type { ObjectBody, ObjectRequest } from './object-store.ts';

export interface ServerCall {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: ObjectBody | undefined;
}

export interface ExchangeOptions extends ObjectRequest {
  /** Made for each attempt, since signatures contain the time. */
  readonly call: () => ServerCall;
  /** Statuses that the caller handles. */
  readonly expected: readonly number[];
  /** For messages: `s3://bucket/key`. */
  readonly subject: string;
}

/** A request for an object, or for the rest of one. */
export interface ObjectGet extends Pick<ServerCall, 'method' | 'headers'> {
  readonly method: 'GET';
  readonly expected: readonly number[];
}

export interface DownloadOptions {
  /** Asks for the rest, by a value of the header `range`. */
  readonly again: (range: string) => Promise<HttpResponse>;
  /** For messages. */
  readonly subject: string;
  readonly signal: AbortSignal | undefined;
}

const ATTEMPTS = 5;
/** Bytes of an error's body that are read. */
const MAX_ERROR = 8 * 1024;
const MAX_MESSAGE = 300;
/** What S3 says of session tokens, with the status 400. */
const DENIALS = /^(InvalidToken|ExpiredToken)\b/;

export class Exchange {
  readonly #client: HttpClient;
  readonly #secrets: readonly string[];

  /** @param secrets that servers might echo */
  constructor(client: HttpClient, secrets: readonly string[]) {
    this.#client = client;
    this.#secrets = secrets.filter((secret) => secret !== '');
  }

  /** @throws AppError CACHE_ACCESS_DENIED, CACHE_SERVER */
  async send({ call, expected, subject, signal, lend }: ExchangeOptions): Promise<HttpResponse> {
    const backoff = new Backoff({ firstMs: 300, longestMs: 5000 });
    for (let attempt = 1; ; attempt++) {
      const { method, url, headers, body } = call();
      const sent = body && { length: body.size, chunks: body.read() };
      try {
        const response = await this.#client.send({
          ...{ method, url, headers, signal, lend },
          ...(sent && { body: sent }),
        });
        if (expected.includes(response.status)) return response;
        const error = await this.#refusal(response, subject);
        if (attempt === ATTEMPTS || !isTransient(response.status)) throw error;
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        if (attempt === ATTEMPTS) throw this.#unreachable(url, subject, error);
      }
      await backoff.pause(signal);
    }
  }

  /**
   * The body of an object.
   *
   * @param send sends the request for it
   * @returns undefined if there is no such object
   * @throws AppError CACHE_ACCESS_DENIED, CACHE_SERVER
   */
  async object(
    send: (get: ObjectGet) => Promise<HttpResponse>,
    about: Omit<DownloadOptions, 'again'>,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    const response = await send({ method: 'GET', headers: {}, expected: [200, 404] });
    if (response.status === 404) {
      await response.discard();
      return undefined;
    }
    const again = (range: string) => send({ method: 'GET', headers: { range }, expected: [206] });
    return this.download(response, { ...about, again });
  }

  /**
   * The body of an object; a download that breaks off continues where it was.
   * @throws AppError CACHE_ACCESS_DENIED, CACHE_SERVER
   */
  async *download(
    first: HttpResponse,
    { again, subject, signal }: DownloadOptions,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const backoff = new Backoff({ firstMs: 300, longestMs: 5000 });
    let response = first;
    let offset = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        for await (const chunk of response.body) {
          offset += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        if (attempt === ATTEMPTS) throw this.#brokenOff(subject, error);
        await backoff.pause(signal);
      }
      response = await again(`bytes=${offset}-`);
    }
  }

  async #refusal(response: HttpResponse, subject: string): Promise<AppError> {
    const { status } = response;
    const said = messageIn(await beginningOf(response));
    const reason = maskSecrets(said === '' ? `status ${status}` : said, this.#secrets);
    const denied = status === 401 || status === 403 || DENIALS.test(said);
    const code: ErrorCode = denied ? 'CACHE_ACCESS_DENIED' : 'CACHE_SERVER';
    const region = response.headers['x-amz-bucket-region'];
    return new AppError(code, `${subject}: the server answered ${status}: ${reason}`, {
      hint: denied
        ? 'check the credentials, and what they allow'
        : typeof region === 'string'
          ? `the bucket is in another region: region=${region}`
          : 'check the address of the cache, or try again later',
      details: { status },
    });
  }

  #brokenOff(subject: string, cause: HttpFailure): AppError {
    const reason = maskSecrets(cause.message, this.#secrets);
    return new AppError('CACHE_SERVER', `${subject}: the download broke off: ${reason}`, {
      hint: 'try again later, or check the network and the proxies in between',
    });
  }

  #unreachable({ host }: URL, subject: string, cause: HttpFailure): AppError {
    const reason = maskSecrets(cause.message, this.#secrets);
    return new AppError('CACHE_SERVER', `${subject}: cannot reach ${host}: ${reason}`, {
      hint: 'check the address of the cache, the network, and the proxy variables',
    });
  }
}

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

async function beginningOf(response: HttpResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      chunks.push(Buffer.from(chunk));
      size += chunk.length;
      if (size >= MAX_ERROR) break;
    }
  } catch {
    // What arrived is enough for a message.
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Of S3 and Azure in XML, of the Actions cache in JSON; the rest of it may repeat what was sent. */
function messageIn(text: string): string {
  const parts = [/<Code>([^<]*)<\/Code>/, /<Message>([^<]*)<\/Message>/, /"msg"\s*:\s*"([^"]*)"/]
    .flatMap((pattern) => pattern.exec(text)?.[1] ?? [])
    .map((part) => part.replace(/\s+/g, ' ').trim());
  return parts.join(': ').slice(0, MAX_MESSAGE);
}
