/**
 * One server, as the requests to it share it: connections, what it wants to be shown, how many transfers it gets at a
 * time. Credentials go to this server and to the token server it names, whatever redirects and links say.
 */
import { Semaphore } from '../concurrency/index.ts';
import { AppError } from '../errors.ts';
import { type HttpClient, HttpFailure, type HttpResponse } from '../http/index.ts';
import { breach, unwelcome } from './answers.ts';
import type { Call } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import { isRedirect, locationOf, MAX_REDIRECTS } from './location.ts';
import { type Claim, Login } from './login.ts';
import { Patience, Transient } from './patience.ts';
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
  /** There is another way to the same server, to be tried at once when this one fails. */
  readonly hasOtherWay: boolean;
}

/** Refusals answered with something better before we give up. */
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
      ask: (request, asked) => askTokenServer(request, asked, { client: seams.client, endpoint }),
      isSecure: this.#base.protocol === 'https:',
    });
  }

  get host(): string {
    return this.#base.host;
  }

  get tuning(): Tuning {
    return this.#seams.tuning;
  }

  /** It has spoken to us: what fails later is no matter of a wrong address. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Patience with this server; mirrors get less of it, since there is another server. */
  patience(signal: AbortSignal | undefined): Patience {
    const { tuning, onWait } = this.#seams;
    const attempts = this.endpoint.isMirror ? Math.min(2, tuning.attempts) : tuning.attempts;
    return new Patience({ tuning: { ...tuning, attempts }, signal, onWait });
  }

  /** Sends a call until it gets one of the welcome answers; see `once`. */
  async insist(call: Call, welcome: readonly number[]): Promise<HttpResponse> {
    const patience = this.patience(call.signal);
    for (;;) {
      try {
        return await this.once(call, welcome);
      } catch (error) {
        await patience.endure(error);
      }
    }
  }

  /**
   * Sends a call, with a login where the server wants one. Redirects of downloads are followed, without the login.
   *
   * @param welcome statuses the caller deals with
   * @returns the answer; its body is to be read or discarded
   * @throws AppError for other statuses; Transient for what may pass
   */
  async once(call: Call, welcome: readonly number[]): Promise<HttpResponse> {
    const claim = this.#claim(call);
    const url = this.address(call);
    let authorization = await this.#login.authorization(claim);
    for (let refusals = 0; ; refusals++) {
      const { response, isElsewhere } = await this.#follow(call, url, authorization);
      const { status } = response;
      if (isElsewhere && (status === 401 || status === 403)) {
        // Addresses of storage servers are signed, and end.
        await response.discard();
        throw new Transient(breach(this.#asked(call), 'redirects to a server that refuses'));
      }
      if (status !== 401) {
        if (status < 400) this.#acceptedLogin = authorization;
        if (welcome.includes(status)) return response;
        throw await this.#unwelcome(response, claim);
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

  /** What a failure on the way means, also one while a body streams. */
  failed(error: unknown): unknown {
    if (!(error instanceof HttpFailure)) return error;
    const told = unreachable(error, this.endpoint);
    if (error.kind === 'certificate') return told;
    if (error.kind === 'connect' && !this.#mayComeBack(error)) return told;
    return new Transient(told, { atOnce: error.onKeptConnection });
  }

  /** The error for an answer that the caller had taken for welcome. Its body is read. */
  refusal(response: HttpResponse, call: Omit<Call, 'method' | 'at'>): Promise<Error> {
    return this.#unwelcome(response, this.#claim(call));
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
        throw breach(this.#asked(call), `redirects more than ${MAX_REDIRECTS} times`);
      }
      url = locationOf(response, url, this.#asked(call));
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
        // Storage servers are the world's; only the certificate for this server is ours.
        tls: isHere
          ? endpoint.tls
          : { ca: endpoint.tls.ca, cert: undefined, key: undefined, skipVerify: false },
        signal: call.signal,
        answerMs: call.answerMs,
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
      asked: this.#asked(call),
      signal: call.signal,
    };
  }

  #asked({ subject }: Pick<Call, 'subject'>): Claim['asked'] {
    return { host: this.host, credentialKey: this.endpoint.credentialKey, subject };
  }

  async #unwelcome(response: HttpResponse, claim: Claim): Promise<Error> {
    const withLogin = await this.#login.hasLogin(claim);
    return unwelcome(response, { ...claim.asked, withLogin, secrets: this.#login.secrets });
  }

  /** What was good a moment ago may be refused by a server that has other troubles. */
  async #refused(
    response: HttpResponse,
    authorization: string | undefined,
    claim: Claim,
  ): Promise<Error> {
    const error = await this.#unwelcome(response, claim);
    const wasGood = authorization !== undefined && authorization === this.#acceptedLogin;
    if (!wasGood || !(error instanceof AppError)) return error;
    this.#acceptedLogin = undefined;
    return new Transient(error);
  }
}
