/** The servers of a repository one after another, until one serves. */
import { AppError } from '../errors.ts';
import type { RegistryServer } from './server.ts';

export interface Place {
  readonly server: RegistryServer;
  /** The repository's name there. */
  readonly repository: string;
}

export class Walk {
  readonly #places: readonly Place[];
  readonly #suspects: ReadonlySet<RegistryServer>;
  #next = 0;
  #error: AppError | undefined;

  /**
   * @param places mirrors, the registry itself by its ways, and mirrors that may serve by chance
   * @param suspects mirrors not to be asked
   */
  constructor(places: readonly Place[], suspects: ReadonlySet<RegistryServer> = new Set()) {
    this.#places = places;
    this.#suspects = suspects;
  }

  next(): Place | undefined {
    while (this.#next < this.#places.length) {
      const position = this.#next++;
      const place = this.#places[position];
      if (place !== undefined && this.#isWorthIt(position)) return place;
    }
    return undefined;
  }

  /** Notes why the last place did not serve. @throws what no other place can mend */
  failed(error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    const server = this.#current();
    const { endpoint } = server;
    // Asked by HTTP, servers for HTTPS say 400 in a few plain words; what was wrong with HTTPS is what matters.
    const knowsBetter = server.hasAnswered && !(error.details?.status === 400 && isWordless(error));
    if (!endpoint.isFallback || knowsBetter || this.#error === undefined) this.#error = error;
  }

  /** Why none served. */
  get error(): Error {
    return this.#error ?? new Error('no server was asked');
  }

  /** Of two ways to a server, the one that has led there is taken, once one has. */
  #isWorthIt(position: number): boolean {
    const [before, server, after] = [position - 1, position, position + 1].map(
      (index) => this.#places[index]?.server,
    );
    if (server === undefined) return false;
    if (server.endpoint.isMirror && this.#suspects.has(server)) return false;
    if (server.hasAnswered) return true;
    if (after?.endpoint.isFallback === true && after.hasAnswered) return false;
    if (!server.endpoint.isFallback) return true;
    return before?.hasAnswered !== true && kindOf(this.#error) === 'connect';
  }

  #current(): RegistryServer {
    const place = this.#places[this.#next - 1];
    if (place === undefined) throw new Error('no server was asked');
    return place.server;
  }
}

function isWordless({ details }: AppError): boolean {
  return !Array.isArray(details?.codes) || details.codes.length === 0;
}

function kindOf(error: AppError | undefined): unknown {
  return error?.details?.kind;
}

/** The answer of the first place that serves. @throws AppError why the last one did not */
export async function ask<T>(
  places: readonly Place[],
  use: (place: Place) => Promise<T>,
): Promise<T> {
  const walk = new Walk(places);
  for (let place = walk.next(); place !== undefined; place = walk.next()) {
    try {
      return await use(place);
    } catch (error) {
      walk.failed(error);
    }
  }
  throw walk.error;
}
