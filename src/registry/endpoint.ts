/** The servers of a repository. `hosts/` decides them from configuration files; the protocol client follows. */

export interface EndpointTls {
  /** Certificates to trust in addition to the machine's own, PEM. */
  readonly ca: readonly string[];
  /** The client's certificate, PEM. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Accept any certificate. */
  readonly skipVerify: boolean;
}

/** One server to ask. Servers are asked in order; the last one is the registry itself. */
export interface Endpoint {
  /** `https://registry-1.docker.io/v2`, without a trailing slash; `/<repository>/manifests/…` follows. */
  readonly base: string;
  /** The repository's name on this server. */
  readonly repository: string;
  /** Value of the `ns` query parameter, which mirrors of several registries need. */
  readonly namespace: string | undefined;
  readonly canPush: boolean;
  /** False for mirrors that serve content by digest only. */
  readonly canResolve: boolean;
  /** Which requests by digest it receives. */
  readonly digests: DigestService;
  readonly isMirror: boolean;
  /** The same server by plain HTTP: tried only if the previous endpoint cannot be reached. */
  readonly isFallback: boolean;
  readonly tls: EndpointTls;
  /** Headers for requests to this server only. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The key of this server's login: `docker.io`, `localhost:5000`. */
  readonly credentialKey: string;
}

/**
 * `any`: all requests by digest. `of tags`: asked first for content that its own tags led to, and last for everything
 * else. `none`: resolves tags only.
 */
export type DigestService = 'any' | 'of tags' | 'none';

export type EndpointPurpose = 'pull' | 'push';
