/** Who serves a repository. What decides it lies in `hosts/`; the protocol client only follows. */

export interface EndpointTls {
  /** Certificates to trust beside the machine's own, PEM. */
  readonly ca: readonly string[];
  /** The client's certificate, PEM. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Any certificate is taken. */
  readonly skipVerify: boolean;
}

/** One server to ask. Servers are asked in order; the last one is the registry itself. */
export interface Endpoint {
  /** `https://registry-1.docker.io/v2`: without a slash at its end; `/<repository>/manifests/…` follows. */
  readonly base: string;
  /** The repository's name on this server. */
  readonly repository: string;
  /** Value of the `ns` parameter that mirrors of several registries need. */
  readonly namespace: string | undefined;
  readonly canPush: boolean;
  /** False for mirrors that serve only what is asked for by digest. */
  readonly canResolve: boolean;
  /** What of manifests and blobs it is asked for by digest. */
  readonly digests: DigestService;
  readonly isMirror: boolean;
  /** The same server by another way (plain HTTP): to be tried only when the endpoint before it cannot be reached. */
  readonly isFallback: boolean;
  readonly tls: EndpointTls;
  /** Sent with each request to this server, and to no other one. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the login of this server is filed under: `docker.io`, `localhost:5000`. */
  readonly credentialKey: string;
}

/**
 * `any`: whatever there is. `of tags`: a mirror for what is asked for by tag, so first for what its tags have led to; for
 * all else it is asked last. `none`: it says what tags mean, and no more.
 */
export type DigestService = 'any' | 'of tags' | 'none';

export type EndpointPurpose = 'pull' | 'push';
