/**
 * One server, as the requests to it share it: connections, what it wants to be shown, how many transfers it gets at a
 * time. Credentials go to this server and to the token server it names, whatever redirects and links say.
 */
import { AppError } from '../errors.ts';
import {
  type HttpBody,
  type HttpClient,
  HttpFailure,
  type HttpRequest,
  type HttpResponse,
} from '../http/index.ts';
import { type Asked, breach, unwelcome } from './answers.ts';
import type { Endpoint } from './endpoint.ts';
import { Limiter } from './limiter.ts';
import { type Claim, Login } from './login.ts';
import { Patience, Transient } from './patience.ts';
import { scopeOf } from './scopes.ts';
import type { Tuning } from './tuning.ts';
import type { Credentials, RegistryOptions } from './types.ts';

export interface ServerSeams {
  readonly client: HttpClient;
  readonly tuning: Tuning;
  readonly onWait: RegistryOptions['onWait'];
  readonly credentials: (repository: string) => Promise<Credentials | undefined>;
  /** There is another way to the same server, to be tried at once when this one fails. */
  readonly hasOtherWay: boolean;
}

/** A request to a repository of the server. */
export interface Call {
  readonly method: HttpRequest['method'];
  /** What follows `/<repository>` (`/tags/list?n=5`), or an address that the server gave. */
  readonly at: string | URL;
  readonly repository: string;
  /** What a token has to allow: `pull`, `pull,push`; undefined: nothing. */
  readonly actions: string | undefined;
  /** Further scopes, for a mount from another repository. */
  readonly scopes?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Called again when the request has to be sent again. */
  readonly body?: (() => HttpBody) | undefined;
  readonly answerMs?: number | undefined;
  /** As the user knows it, for messages: `debian:12`. */
  readonly subject: string;
  readonly signal: AbortSignal | undefined;
}

const REDIRECTS = [301, 302, 303, 307, 308];
const MAX_REDIRECTS = 5;
/** Refusals answered with something better before we give up. */
const MAX_REFUSALS = 2;

export class RegistryServer {
  readonly endpoint: Endpoint;
  readonly transfers: Limiter;
  readonly #seams: ServerSeams;
  readonly #login: Login;
  readonly #base: URL;
  #hasAnswered = false;
  #triedInVain = 0;
  #acceptedLogin: string | undefined;

  constructor(endpoint: Endpoint, seams: ServerSeams) {
    this.endpoint = endpoint;
    this.transfers = new Limiter(seams.tuning.transfers);
    this.#seams = seams;
    this.#base = new URL(endpoint.base);
    this.#login = new Login({
      credentials: seams.credentials,
      ask: (request, asked) => this.#askTokenServer(request, asked),
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
    const { host, endpoint } = this;
    const isOpening = error.kind === 'connect' || error.kind === 'certificate';
    const told = new AppError(
      'REGISTRY_UNREACHABLE',
      isOpening
        ? `cannot reach ${host}: ${error.message}`
        : `the connection to ${host} was lost: ${error.message}`,
      {
        hint: hintFor(error, endpoint),
        details: { kind: error.kind, code: error.code },
      },
    );
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

  /**
   * The address that a Location or Link header means. Servers behind a proxy that ends TLS do not know that they are
   * reached by https: their own address is taken to be the one they were asked at.
   *
   * @throws AppError REGISTRY_PROTOCOL when it is no address, or leaves HTTPS
   */
  leadTo(location: string | undefined, from: URL, call: Pick<Call, 'subject'>): URL {
    const url =
      location !== undefined && URL.canParse(location, from.href)
        ? new URL(location, from)
        : undefined;
    const asked = { host: this.host, subject: call.subject };
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw breach(asked, 'leads to no address');
    }
    url.username = '';
    url.password = '';
    url.hash = '';
    if (url.protocol === 'https:' || from.protocol === 'http:') return url;
    if (url.hostname !== from.hostname) throw breach(asked, 'leads from https to http');
    url.protocol = 'https:';
    url.port = from.port;
    return url;
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
      if (!REDIRECTS.includes(response.status) || !isDownload) {
        return { response, isElsewhere: !isHere };
      }
      await response.discard();
      if (count === MAX_REDIRECTS) {
        throw breach(this.#asked(call), `redirects more than ${MAX_REDIRECTS} times`);
      }
      url = this.leadTo(response.headers.location, url, call);
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

  async #askTokenServer(request: HttpRequest, asked: Asked): Promise<HttpResponse> {
    const { ca, cert, key, skipVerify } = this.endpoint.tls;
    const isSame = request.url.hostname === this.#base.hostname;
    const tls = isSame
      ? { ca, cert, key, skipVerify }
      : { ca, cert: undefined, key: undefined, skipVerify: false };
    try {
      return await this.#seams.client.send({ ...request, tls });
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const { host } = request.url;
      const message = `cannot reach ${host}, which gives out the tokens for ${asked.host}: ${error.message}`;
      const told = new AppError('REGISTRY_UNREACHABLE', message, {
        hint: hintFor(error, this.endpoint),
        details: { kind: error.kind, code: error.code },
      });
      if (error.kind === 'certificate') throw told;
      throw new Transient(told, { atOnce: error.onKeptConnection });
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

function hintFor(failure: HttpFailure, endpoint: Endpoint): string {
  if (failure.kind === 'certificate') {
    return `if ${endpoint.credentialKey} has a certificate authority of its own, name its certificate in SSL_CERT_FILE, or put it in /etc/docker/certs.d/${endpoint.credentialKey}/ca.crt`;
  }
  return 'check the name, the network, and the proxy variables';
}
