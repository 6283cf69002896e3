/** A BuildKit daemon: one connection, and the calls that a build needs. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { EncodableOf, MessageOf } from '../grpc/index.ts';
import { answering, GRPC, GrpcClient, GrpcError, GrpcServer, type Handler } from '../grpc/index.ts';
import { type DialOptions, dial, dialSession } from './connect/dial.ts';
import { unreachable } from './connect/unreachable.ts';
import { connectionIn } from './session-stream.ts';
import * as control from './wire/control.ts';
import { health } from './wire/session.ts';

export type SolveRequest = Omit<EncodableOf<typeof control.solve.request>, 'ref'>;
export type StatusUpdate = MessageOf<typeof control.StatusResponse>;

/** Facts about a daemon. */
export interface DaemonInfo {
  /** `v0.32.2`; undefined: too old to tell, or Docker's. */
  readonly version: string | undefined;
  readonly workers: MessageOf<typeof control.listWorkers.response>['workers'];
}

/** The platforms that a daemon says it builds; the first is that of its machine. */
export function platformsOf({ workers }: DaemonInfo): readonly string[] {
  const all = workers.flatMap(({ platforms }) =>
    platforms.map(({ os, architecture, variant }) =>
      [os, architecture, variant].filter((part) => part !== '').join('/'),
    ),
  );
  return [...new Set(all)];
}

export interface SessionOptions {
  readonly handlers: readonly Handler[];
  /** Names the directories that are sent: those of the same key are updated, not sent again. */
  readonly sharedKey: string;
  /** Receives failures of this machine's side. */
  readonly onFailure: (error: unknown) => void;
}

/** The daemon's way to this machine, while a build runs. */
export interface Session extends Disposable {
  readonly id: string;
}

export interface SolveOptions {
  readonly signal: AbortSignal;
  readonly onStatus: (update: StatusUpdate) => void;
}

const SERVING = 1;
/** Milliseconds that the last status updates get once the result is there. */
const LINGER = 5_000;
/** Milliseconds between two questions whether a daemon that solves still answers. */
const PULSE = 10_000;
/** Milliseconds until a daemon that does not answer counts as gone. */
const SILENCE = 30_000;

export class Daemon implements Disposable {
  readonly #options: DialOptions;
  readonly #client: GrpcClient;

  private constructor(options: DialOptions, connection: Duplex) {
    this.#options = options;
    this.#client = new GrpcClient(connection);
  }

  /**
   * Connects, and asks who is there.
   * @throws AppError BUILDER_UNREACHABLE, BUILDER_CERTIFICATE
   */
  static async connect(
    options: DialOptions,
    signal?: AbortSignal,
  ): Promise<{ readonly daemon: Daemon; readonly info: DaemonInfo }> {
    const daemon = new Daemon(options, await dial(options));
    try {
      return { daemon, info: await daemon.#answer(signal) };
    } catch (error) {
      daemon[Symbol.dispose]();
      signal?.throwIfAborted();
      throw unreachable(options.name, error);
    }
  }

  /** A daemon that hangs accepts connections, and says nothing. */
  async #answer(signal: AbortSignal | undefined): Promise<DaemonInfo> {
    const silence = AbortSignal.timeout(this.#options.silence ?? SILENCE);
    try {
      return await this.#info(signal === undefined ? silence : AbortSignal.any([signal, silence]));
    } catch (error) {
      throw silence.aborted ? new Error('it does not answer', { cause: error }) : error;
    }
  }

  async #info(signal: AbortSignal | undefined): Promise<DaemonInfo> {
    const { workers } = await this.#client.unary(control.listWorkers, {}, { signal });
    const fromWorker = workers.map(({ version }) => version?.version).find((each) => each);
    const version = fromWorker ?? (await this.#version(signal));
    return { version, workers };
  }

  /** Daemons before 0.11 do not know the question. */
  async #version(signal: AbortSignal | undefined): Promise<string | undefined> {
    try {
      const { version } = await this.#client.unary(control.info, {}, { signal });
      return version?.version === '' ? undefined : version?.version;
    } catch (error) {
      if (error instanceof GrpcError && error.status === GRPC.unimplemented) return undefined;
      throw error;
    }
  }

  /** @throws AppError BUILDER_UNREACHABLE */
  async openSession({ handlers, sharedKey, onFailure }: SessionOptions): Promise<Session> {
    const id = randomBytes(16).toString('hex');
    const served = [answering(health, async () => ({ status: SERVING })), ...handlers];
    const metadata = {
      'x-docker-expose-session-uuid': id,
      'x-docker-expose-session-name': 'lamina',
      'x-docker-expose-session-sharedkey': sharedKey,
      'x-docker-expose-session-grpc-method': served.map(({ path }) => path),
    };
    const connection =
      (await dialSession(this.#options, metadata)) ??
      connectionIn(this.#client.call(control.session, { metadata }));
    const server = new GrpcServer(connection, served, onFailure);
    return {
      id,
      [Symbol.dispose]: () => {
        server[Symbol.dispose]();
        connection.destroy();
      },
    };
  }

  /**
   * Solves, and reports the steps until the end.
   * @returns the exporter's answers
   * @throws GrpcError
   */
  async solve(
    request: SolveRequest,
    { signal, onStatus }: SolveOptions,
  ): Promise<Readonly<Record<string, string>>> {
    const ref = randomBytes(16).toString('hex');
    const status = this.#client.call(control.status);
    const followed = (async () => {
      await status.send({ ref });
      status.end();
      for await (const update of status.responses()) onStatus(update);
    })();
    // A build does not fail because its progress is lost.
    followed.catch(() => undefined);
    const ended = new AbortController();
    this.#watch(ended.signal).catch(() => undefined);
    try {
      const solved = await this.#client.unary(control.solve, { ...request, ref }, { signal });
      return solved.exporterResponse;
    } finally {
      ended.abort();
      const timer = setTimeout(() => status.cancel(), LINGER);
      await followed.catch(() => undefined);
      clearTimeout(timer);
    }
  }

  /** Ends the connection once the daemon no longer answers: what waits for it fails then. */
  async #watch(ended: AbortSignal): Promise<void> {
    const { pulse = PULSE, silence = SILENCE } = this.#options;
    for (;;) {
      await delay(pulse, undefined, { signal: ended });
      const silent = AbortSignal.timeout(silence);
      try {
        const signal = AbortSignal.any([ended, silent]);
        await this.#client.unary(control.listWorkers, {}, { signal });
      } catch {
        if (silent.aborted && !ended.aborted) this.#client.end(new SilentError());
        return;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}

/** A daemon that is connected, and no longer answers. */
class SilentError extends Error {
  constructor() {
    super('it no longer answers');
    this.name = 'SilentError';
  }
}
