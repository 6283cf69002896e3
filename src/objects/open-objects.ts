/** Opens the object stores of caches, each once, with the credentials of the build or of the environment. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { type HttpClient, loadClient } from '../http/index.ts';
import { ActionsObjects } from './actions-cache.ts';
import { AzureObjects } from './azure-blobs.ts';
import { credentialsOf } from './credentials.ts';
import { Exchange } from './exchange.ts';
import type { Credentials, ObjectLocation, ObjectStore } from './object-store.ts';
import { S3Objects } from './s3.ts';

/** Milliseconds. */
const CONNECT = 20_000;
const IDLE = 60_000;
const DAY = 24 * 3600 * 1000;

export class ObjectStores implements Disposable {
  readonly #env: Environment;
  readonly #stores = new Map<string, ObjectStore>();
  readonly #given = new Map<string, Credentials>();
  #client: Promise<HttpClient> | undefined;
  #isClosed = false;

  /** @param env the caller's environment: proxies, certificates, credentials */
  constructor(env: Environment) {
    this.#env = env;
  }

  /** Credentials that the user gave for a location; they are used as long as this object lives. */
  trust(location: ObjectLocation, credentials: Credentials): void {
    if (Object.keys(credentials).length > 0) this.#given.set(nameOf(location), credentials);
  }

  /** @throws AppError CACHE_ACCESS_DENIED if there are no credentials */
  async open(location: ObjectLocation): Promise<ObjectStore> {
    const name = nameOf(location);
    const known = this.#stores.get(name);
    if (known !== undefined) return known;
    const credentials = { ...credentialsOf(location, this.#env), ...this.#given.get(name) };
    this.#client ??= loadClient().then((open) =>
      open({ env: this.#env, connectMs: CONNECT, idleMs: IDLE }),
    );
    const client = await this.#client;
    if (this.#isClosed) client[Symbol.dispose]();
    const opened = objectsAt(location, credentials, client);
    this.#stores.set(name, opened);
    return opened;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#client?.then((client) => client[Symbol.dispose]()).catch(() => undefined);
  }
}

function nameOf({ type, attrs }: ObjectLocation): string {
  return JSON.stringify([type, Object.entries(attrs).sort()]);
}

function objectsAt(
  { type, attrs }: ObjectLocation,
  credentials: Credentials,
  client: HttpClient,
): ObjectStore {
  const exchange = new Exchange(client, Object.values(credentials));
  if (type === 's3') {
    const { access_key_id: id, secret_access_key: secret, session_token: token } = credentials;
    return new S3Objects(
      {
        bucket: attrs.bucket ?? '',
        region: attrs.region ?? '',
        endpoint: attrs.endpoint_url,
        pathStyle: attrs.use_path_style === 'true',
        credentials:
          id === undefined || secret === undefined
            ? undefined
            : { accessKeyId: id, secretAccessKey: secret, sessionToken: token },
        touchAfterMs: Number(attrs.touch_ms ?? DAY),
      },
      exchange,
    );
  }
  if (type === 'azblob') {
    const key = needed(credentials.secret_access_key, {
      what: 'the key of the account',
      hint: 'set secret_access_key= or the variable AZURE_STORAGE_KEY',
    });
    const { account_url: accountUrl = '', account_name: account = '', container = '' } = attrs;
    return new AzureObjects({ accountUrl, container, key: { account, key } }, exchange);
  }
  const token = needed(credentials.token, {
    what: 'a token',
    hint: 'set token= or the variable ACTIONS_RUNTIME_TOKEN, which GitHub gives to actions only',
  });
  return new ActionsObjects({ url: attrs.url ?? '', token }, exchange);
}

function needed(
  value: string | undefined,
  { what, hint }: { readonly what: string; readonly hint: string },
): string {
  if (value !== undefined && value !== '') return value;
  throw new AppError('CACHE_ACCESS_DENIED', `the cache needs ${what}`, { hint });
}
