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
  #next = 0;
  #error: AppError | undefined;

  /** @param places the registry itself comes last, by its ways */
  constructor(places: readonly Place[]) {
    this.#places = places;
  }

  next(): Place | undefined {
    while (this.#next < this.#places.length) {
      const place = this.#places[this.#next++];
      if (place !== undefined && this.#isWorthIt(place)) return place;
    }
    return undefined;
  }

  /** Notes why the last place did not serve. @throws what no other place can mend */
  failed(error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    const { endpoint } = this.#current();
    // Asked by HTTP, a server for HTTPS knows nothing; what was wrong with HTTPS is what matters.
    const status = error.details?.status;
    const isUseless = endpoint.isFallback && (status === undefined || status === 400);
    if (!isUseless || this.#error === undefined) this.#error = error;
  }

  /** Why none served. */
  get error(): Error {
    return this.#error ?? new Error('no server was asked');
  }

  #isWorthIt({ server }: Place): boolean {
    if (!server.endpoint.isFallback) return true;
    const before = this.#places[this.#next - 2];
    if (before === undefined) return true;
    return !before.server.hasAnswered && kindOf(this.#error) === 'connect';
  }

  #current(): RegistryServer {
    const place = this.#places[this.#next - 1];
    if (place === undefined) throw new Error('no server was asked');
    return place.server;
  }
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
