/**
 * One server, shared by all requests to it: connections, authentication, the limit of concurrent transfers. Credentials
 * go only to this server and to the token server it names, never to the targets of redirects and links.
 */
import { Semaphore } from '../concurrency/index.ts';
import { AppError } from '../errors.ts';
import { type HttpClient, HttpFailure, type HttpResponse } from '../http/index.ts';
import { breach, statusError } from './answers.ts';
import type { Call } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import { isRedirect, locationOf, MAX_REDIRECTS } from './location.ts';
import { type Claim, Login } from './login.ts';
import { RetryPolicy, TransientError } from './retry-policy.ts';
import { scopeOf } from './scopes.ts';
import { askTokenServer } from './token-server.ts';
import type { Tuning } from './tuning.ts';
import type { Credentials, RegistryOptions } from './types.ts';
import { unreachable } from './unreachable.ts';

export interface ServerSeams {
  readonly client: HttpClient;
  readonly tuning: Tuning;
  readonly onWait: RegistryOptions['onWait'];
  readonly credentials: (repository: string) => Promise<Credentials | undefined>;
  /** There is a fallback to the same server: if this endpoint fails, it is tried at once. */
  readonly hasOtherWay: boolean;
}

/** Refusals that we answer with other credentials before giving up. */
const MAX_REFUSALS = 2;

export class RegistryServer {
  readonly endpoint: Endpoint;
  readonly transfers: Semaphore;
  readonly #seams: ServerSeams;
  readonly #login: Login;
  readonly #base: URL;
  #hasAnswered = false;
  #triedInVain = 0;
  #acceptedLogin: string | undefined;

  constructor(endpoint: Endpoint, seams: ServerSeams) {
    this.endpoint = endpoint;
    this.transfers = new Semaphore(seams.tuning.transfers);
    this.#seams = seams;
    this.#base = new URL(endpoint.base);
    this.#login = new Login({
      credentials: seams.credentials,
      ask: (request, context) =>
        askTokenServer(request, context, { client: seams.client, endpoint }),
      isSecure: this.#base.protocol === 'https:',
    });
  }

  get host(): string {
    return this.#base.host;
  }

  get tuning(): Tuning {
    return this.#seams.tuning;
  }

  /** The server has answered once: later failures are not due to a wrong address. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** A retry policy for this server. Mirrors get fewer attempts, since there is another server. */
  retryPolicy(signal: AbortSignal | undefined): RetryPolicy {
    const { tuning, onWait } = this.#seams;
    const attempts = this.endpoint.isMirror ? Math.min(2, tuning.attempts) : tuning.attempts;
    return new RetryPolicy({ tuning: { ...tuning, attempts }, signal, onWait });
  }

  /** Sends a call, with retries, until it is answered with one of these statuses; see `send`. */
  async sendWithRetries(call: Call, accepted: readonly number[]): Promise<HttpResponse> {
    const retries = this.retryPolicy(call.signal);
    for (;;) {
      try {
        return await this.send(call, accepted);
      } catch (error) {
        await retries.waitOrThrow(error);
      }
    }
  }

  /**
   * Sends a call, with a login if the server requires one. Follows redirects of downloads, without the login.
   *
   * @param accepted statuses that the caller handles
   * @returns the answer; the caller must read or discard its body
   * @throws AppError for other statuses; TransientError for failures worth a retry
   */
  async send(call: Call, accepted: readonly number[]): Promise<HttpResponse> {
    const claim = this.#claim(call);
    const url = this.address(call);
    let authorization = await this.#login.authorization(claim);
    for (let refusals = 0; ; refusals++) {
      const { response, isElsewhere } = await this.#follow(call, url, authorization);
      const { status } = response;
      if (isElsewhere && (status === 401 || status === 403)) {
        // Addresses of storage servers are signed and expire.
        await response.discard();
        throw new TransientError(breach(this.#context(call), 'redirects to a server that refuses'));
      }
      if (status !== 401) {
        if (status < 400) this.#acceptedLogin = authorization;
        if (accepted.includes(status)) return response;
        throw await this.#statusError(response, claim);
      }
      const header = response.headers['www-authenticate'];
      const better =
        refusals < MAX_REFUSALS
          ? await this.#login.better(header, authorization, claim)
          : undefined;
      if (better === undefined) throw await this.#refused(response, authorization, claim);
      await response.discard();
      authorization = better;
    }
  }

  /** The error to throw for a network failure, also one while a body streams. */
  failed(error: unknown): unknown {
    if (!(error instanceof HttpFailure)) return error;
    const failure = unreachable(error, this.endpoint);
    if (error.kind === 'certificate') return failure;
    if (error.kind === 'connect' && !this.#mayComeBack(error)) return failure;
    return new TransientError(failure, { atOnce: error.onKeptConnection });
  }

  /** The error for an answer that the caller had accepted by its status. Reads its body. */
  refusal(response: HttpResponse, call: Omit<Call, 'method' | 'at'>): Promise<Error> {
    return this.#statusError(response, this.#claim(call));
  }

  /** The address of a call. */
  address({ at, repository }: Pick<Call, 'at' | 'repository'>): URL {
    if (at instanceof URL) return at;
    const url = new URL(`${this.endpoint.base}/${repository}${at}`);
    const { namespace } = this.endpoint;
    if (namespace !== undefined) url.searchParams.set('ns', namespace);
    return url;
  }

  /** Whether an address is on this server. */
  isHere(url: URL): boolean {
    return url.origin === this.#base.origin;
  }

  #mayComeBack({ code }: HttpFailure): boolean {
    if (this.#hasAnswered) return true;
    if (this.#seams.hasOtherWay || this.#triedInVain++ > 0) return false;
    return ['EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET'].includes(code ?? '');
  }

  async #follow(
    call: Call,
    first: URL,
    authorization: string | undefined,
  ): Promise<{ readonly response: HttpResponse; readonly isElsewhere: boolean }> {
    let url = first;
    for (let count = 0; ; count++) {
      const isHere = this.isHere(url);
      const response = await this.#send(call, url, isHere ? authorization : undefined);
      const isDownload = call.method === 'GET' || call.method === 'HEAD';
      if (!isRedirect(response) || !isDownload) {
        return { response, isElsewhere: !isHere };
      }
      await response.discard();
      if (count === MAX_REDIRECTS) {
        throw breach(this.#context(call), `redirects more than ${MAX_REDIRECTS} times`);
      }
      url = locationOf(response, url, this.#context(call));
    }
  }

  async #send(call: Call, url: URL, authorization: string | undefined): Promise<HttpResponse> {
    const isHere = this.isHere(url);
    const { endpoint } = this;
    try {
      const response = await this.#seams.client.send({
        method: call.method,
        url,
        headers: {
          ...(isHere ? endpoint.headers : {}),
          ...call.headers,
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: call.body?.(),
        // Redirects lead to public storage servers; the client certificate is for this server only.
        tls: isHere
          ? endpoint.tls
          : { ca: endpoint.tls.ca, cert: undefined, key: undefined, skipVerify: false },
        signal: call.signal,
        answerMs: call.answerMs,
        lend: call.lend,
      });
      if (isHere) this.#hasAnswered = true;
      return response;
    } catch (error) {
      throw this.failed(error);
    }
  }

  #claim(call: Omit<Call, 'method' | 'at'>): Claim {
    const { repository, actions, scopes = [] } = call;
    return {
      repository,
      scopes: actions === undefined ? scopes : [scopeOf(repository, actions), ...scopes],
      context: this.#context(call),
      signal: call.signal,
    };
  }

  #context({ subject }: Pick<Call, 'subject'>): Claim['context'] {
    return { host: this.host, credentialKey: this.endpoint.credentialKey, subject };
  }

  async #statusError(response: HttpResponse, claim: Claim): Promise<Error> {
    const withLogin = await this.#login.hasLogin(claim);
    return statusError(response, { ...claim.context, withLogin, secrets: this.#login.secrets });
  }

  /** A server with internal trouble may refuse credentials that it has just accepted. */
  async #refused(
    response: HttpResponse,
    authorization: string | undefined,
    claim: Claim,
  ): Promise<Error> {
    const error = await this.#statusError(response, claim);
    const wasGood = authorization !== undefined && authorization === this.#acceptedLogin;
    if (!wasGood || !(error instanceof AppError)) return error;
    this.#acceptedLogin = undefined;
    return new TransientError(error);
  }
}
