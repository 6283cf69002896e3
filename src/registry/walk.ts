/** Asks the servers of a repository one after another, until one answers. */
import { AppError } from '../errors.ts';
import type { RegistryServer } from './server.ts';

export interface RemoteRepository {
  readonly server: RegistryServer;
  /** The repository's name on that server. */
  readonly repository: string;
}

export class Walk {
  readonly #remotes: readonly RemoteRepository[];
  readonly #suspects: ReadonlySet<RegistryServer>;
  #next = 0;
  #error: AppError | undefined;

  /**
   * @param remotes in order: mirrors, the registry itself (HTTPS, HTTP), mirrors that might have the content
   * @param suspects mirrors to skip
   */
  constructor(
    remotes: readonly RemoteRepository[],
    suspects: ReadonlySet<RegistryServer> = new Set(),
  ) {
    this.#remotes = remotes;
    this.#suspects = suspects;
  }

  next(): RemoteRepository | undefined {
    while (this.#next < this.#remotes.length) {
      const position = this.#next++;
      const remote = this.#remotes[position];
      if (remote !== undefined && this.#isWorthIt(position)) return remote;
    }
    return undefined;
  }

  /** Records why the last server failed. @throws errors that no other server can fix */
  failed(error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    const server = this.#current();
    const { endpoint } = server;
    // HTTPS servers answer plain HTTP with a bare 400; the HTTPS error is the useful one.
    const knowsBetter = server.hasAnswered && !(error.details?.status === 400 && isWordless(error));
    if (!endpoint.isFallback || knowsBetter || this.#error === undefined) this.#error = error;
  }

  /** The error to report when no server answered. */
  get error(): Error {
    return this.#error ?? new Error('no server was asked');
  }

  /** Once HTTPS or plain HTTP has reached a server, only that one is used. */
  #isWorthIt(position: number): boolean {
    const [before, server, after] = [position - 1, position, position + 1].map(
      (index) => this.#remotes[index]?.server,
    );
    if (server === undefined) return false;
    if (server.endpoint.isMirror && this.#suspects.has(server)) return false;
    if (server.hasAnswered) return true;
    if (after?.endpoint.isFallback === true && after.hasAnswered) return false;
    if (!server.endpoint.isFallback) return true;
    return before?.hasAnswered !== true && kindOf(this.#error) === 'connect';
  }

  #current(): RegistryServer {
    const remote = this.#remotes[this.#next - 1];
    if (remote === undefined) throw new Error('no server was asked');
    return remote.server;
  }
}

function isWordless({ details }: AppError): boolean {
  return !Array.isArray(details?.codes) || details.codes.length === 0;
}

function kindOf(error: AppError | undefined): unknown {
  return error?.details?.kind;
}

/** The answer of the first server that has one. @throws AppError the error of the last one */
export async function ask<T>(
  remotes: readonly RemoteRepository[],
  use: (remote: RemoteRepository) => Promise<T>,
): Promise<T> {
  const walk = new Walk(remotes);
  for (let remote = walk.next(); remote !== undefined; remote = walk.next()) {
    try {
      return await use(remote);
    } catch (error) {
      walk.failed(error);
    }
  }
  throw walk.error;
}
