/** Mutual TLS; contents of PEM files. */
export interface TlsOptions {
  readonly ca?: Buffer | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
  /** The name that the server's certificate must have; by default the host of the address. */
  readonly servername?: string | undefined;
}
