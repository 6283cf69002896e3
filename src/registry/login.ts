/** Authentication at one server: none, a name and password, or tokens from a token server. */
import { AppError } from '../errors.ts';
import { type HttpRequest, type HttpResponse, splitCredentials } from '../http/index.ts';
import { breach, type RequestContext, readBody, statusError } from './answers.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { joinScopes } from './scopes.ts';
import { basicLogin, type Token, tokenIn, tokenRequest } from './token.ts';
import type { Credentials } from './types.ts';

export interface LoginSeams {
  /** The user's credentials for a repository of this server. */
  readonly credentials: (repository: string) => Promise<Credentials | undefined>;
  /** Asks a token server; network failures are reported as failures of the registry. */
  readonly ask: (
    request: HttpRequest,
    context: Pick<RequestContext, 'host' | 'subject'>,
  ) => Promise<HttpResponse>;
  /** Whether the registry uses HTTPS. */
  readonly isSecure: boolean;
}

/** The request that needs authentication. */
export interface Claim {
  readonly repository: string;
  readonly scopes: readonly string[];
  readonly context: Omit<RequestContext, 'withLogin' | 'secrets'>;
  readonly signal: AbortSignal | undefined;
}

const MAX_ANSWER = 1024 * 1024;

export class Login {
  readonly #seams: LoginSeams;
  #challenge: Challenge | undefined;
  readonly #tokens = new Map<string, Promise<Token>>();
  readonly #secrets = new Set<string>();

  constructor(seams: LoginSeams) {
    this.#seams = seams;
  }

  /** Passwords and tokens sent so far, to mask in messages. */
  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  /** Value of the Authorization header for a first attempt, by the server's last challenge. */
  async authorization(claim: Claim): Promise<string | undefined> {
    const credentials = await this.#credentials(claim);
    if (credentials?.kind === 'bearer') return `Bearer ${credentials.token}`;
    if (this.#challenge === undefined) return undefined;
    if (this.#challenge.scheme === 'basic') return basicLogin(credentials);
    return (await this.#token(this.#challenge, claim)).header;
  }

  /**
   * Value of the Authorization header after a refusal; undefined if there are no better credentials.
   *
   * @param refused the header that was refused
   * @throws AppError if the token server refuses
   */
  async better(
    header: string | undefined,
    refused: string | undefined,
    claim: Claim,
  ): Promise<string | undefined> {
    const challenge = choose(parseChallenges(header));
    if (challenge === undefined) return undefined;
    const credentials = await this.#credentials(claim);
    if (credentials?.kind === 'bearer') return undefined;
    this.#challenge = challenge;
    if (challenge.scheme === 'basic') {
      const value = basicLogin(credentials);
      return value === refused ? undefined : value;
    }
    return (await this.#token(challenge, claim, refused)).header;
  }

  async hasLogin(claim: Claim): Promise<boolean> {
    return (await this.#credentials(claim)) !== undefined;
  }

  async #credentials({ repository }: Claim): Promise<Credentials | undefined> {
    const found = await this.#seams.credentials(repository);
    if (found === undefined) return undefined;
    if (found.kind === 'password') {
      this.#secrets.add(found.password);
      this.#secrets.add(basicLogin(found)?.slice('Basic '.length) ?? '');
    } else this.#secrets.add(found.token);
    return found;
  }

  async #token(challenge: Challenge, claim: Claim, refused?: string): Promise<Token> {
    const requested = challenge.parameters.get('scope')?.split(' ') ?? [];
    const scopes = joinScopes(claim.scopes, requested);
    const audience = ['realm', 'service'].map((name) => challenge.parameters.get(name));
    const key = JSON.stringify([audience, scopes, claim.repository]);
    // The first request that finds the token expired fetches one for all.
    for (let pending = this.#tokens.get(key); pending !== undefined; ) {
      const known = await pending.catch(() => undefined);
      const isGood = known !== undefined && known.header !== refused;
      if (isGood && performance.now() < known.endsAt) return known;
      const newer = this.#tokens.get(key);
      if (newer === pending) break;
      pending = newer;
    }
    const fetched = this.#fetch(challenge, scopes, claim);
    this.#tokens.set(key, fetched);
    fetched.catch(() => {
      if (this.#tokens.get(key) === fetched) this.#tokens.delete(key);
    });
    return fetched;
  }

  async #fetch(challenge: Challenge, scopes: readonly string[], claim: Claim): Promise<Token> {
    const credentials = await this.#credentials(claim);
    const context: RequestContext = {
      ...claim.context,
      withLogin: credentials !== undefined,
      secrets: this.secrets,
    };
    const { signal } = claim;
    const request = tokenRequest(this.#realm(challenge, context), {
      service: challenge.parameters.get('service'),
      scopes,
      credentials,
    });
    const response = await this.#seams.ask({ ...request, signal }, context);
    if (response.status !== 200) throw await statusError(response, context);
    const bytes = await readBody(response, MAX_ANSWER);
    const token = bytes && tokenIn(new TextDecoder().decode(bytes));
    if (token === undefined) throw breach(context, 'uses a token server that sent no token');
    this.#secrets.add(token.header.slice('Bearer '.length));
    return token;
  }

  #realm(challenge: Challenge, context: RequestContext): URL {
    const text = challenge.parameters.get('realm') ?? '';
    const url = URL.canParse(text) ? splitCredentials(new URL(text)).url : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw breach(context, 'does not say where to get a token');
    }
    if (this.#seams.isSecure && url.protocol !== 'https:') {
      throw new AppError(
        'REGISTRY_PROTOCOL',
        `${context.host} asks for the login to be sent unencrypted to ${url.host}`,
        { hint: 'lamina sends the login of an HTTPS registry over HTTPS only' },
      );
    }
    return url;
  }
}

/** Prefer a token to a password: it is limited to one scope and a few minutes. */
function choose(challenges: readonly Challenge[]): Challenge | undefined {
  return (
    challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm')) ??
    challenges.find(({ scheme }) => scheme === 'basic')
  );
}
