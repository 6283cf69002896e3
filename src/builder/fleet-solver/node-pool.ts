/** The nodes of a builder during one build: connections, and work that goes on elsewhere when a node is lost. */
import type { MachineLoads, Permit } from '../../concurrency/index.ts';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { Daemon, platformsOf, type Session, type SessionOptions } from '../../fleet/index.ts';
import type { Platform } from '../../oci/index.ts';
import { type Candidate, chooseNode, type FleetNode } from './choose-node.ts';

/** A node that is connected, with a session. */
export interface NodeLink {
  readonly node: FleetNode;
  readonly daemon: Daemon;
  readonly session: Session;
  /** Of its BuildKit, if it tells. */
  readonly version: string | undefined;
}

export interface NodePoolOptions {
  /** At least one. */
  readonly nodes: readonly FleetNode[];
  readonly machines: MachineLoads;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly session: SessionOptions;
  /** Plans of the same affinity go to the same one of equal nodes. */
  readonly affinity: string;
  /** Called for each node that is lost while there are others. */
  readonly onLost: (node: FleetNode, error: AppError) => void;
}

/** Milliseconds until a lost node is tried again. */
const ABSENCE = 60_000;

/** Failures that another node need not have. */
const LOST: ReadonlySet<string> = new Set([
  'BUILDER_UNREACHABLE',
  'BUILDER_CERTIFICATE',
  'BUILDER_LOST',
  'BUILDER_DISK_FULL',
]);

export class NodePool implements Disposable {
  readonly #options: NodePoolOptions;
  readonly #links = new Map<FleetNode, Promise<NodeLink>>();
  readonly #opened: (Daemon | Session)[] = [];
  readonly #lost = new Map<FleetNode, AppError>();

  constructor(options: NodePoolOptions) {
    this.#options = options;
  }

  /**
   * Runs work for a platform on a node, and again on another node if that one is lost.
   * @throws what the work throws; the failure of the last node, if all are lost
   */
  async run<T>(platform: Platform, work: (link: NodeLink) => Promise<T>): Promise<T> {
    for (;;) {
      const { node, permit } = await this.#take(platform);
      using _ = permit;
      try {
        return await work(await this.#link(node));
      } catch (error) {
        if (!isLoss(error)) throw error;
        this.#lose(node, error);
      }
    }
  }

  /** @throws the last failure, if no node is left */
  async #take(
    platform: Platform,
  ): Promise<{ readonly node: FleetNode; readonly permit: Permit | undefined }> {
    const { machines, signal, affinity } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      const present = await this.#present();
      // Counted now, not within a call that others await at the same time.
      const candidates = present.map((one) => ({ ...one, busy: machines.busy(one.node.address) }));
      if (candidates.length === 0) throw [...this.#lost.values()].at(-1);
      const [only] = candidates;
      if (this.#isAlone && only?.node.capacity === undefined && only !== undefined) {
        return { node: only.node, permit: undefined };
      }
      const choice = chooseNode(candidates, { platform, affinity });
      if (choice.kind === 'node') {
        return { node: choice.node, permit: machines.begin(choice.node.address) };
      }
      await machines.ended(signal);
    }
  }

  get #isAlone(): boolean {
    return this.#options.nodes.length === 1;
  }

  /** The nodes that are not lost; those that other builds lost only if there are no others. */
  async #present(): Promise<readonly Omit<Candidate, 'busy'>[]> {
    const { machines, nodes, now } = this.#options;
    const left = nodes.filter((node) => !this.#lost.has(node));
    const present = left.filter(({ address }) => !machines.isLost(address, now()));
    const asked = await Promise.all((present.length > 0 ? present : left).map((n) => this.#ask(n)));
    const known = asked.filter((one) => one !== undefined);
    if (known.length === 0 && this.#lost.size < nodes.length) return this.#present();
    return known;
  }

  /** @returns undefined if the node is lost now */
  async #ask(node: FleetNode): Promise<Omit<Candidate, 'busy'> | undefined> {
    const { machines, env } = this.#options;
    if (node.platforms !== undefined || this.#isAlone) return { node, told: undefined };
    try {
      const told = await machines.ask(node.address, async () => {
        const { daemon, info } = await Daemon.connect({ ...node.dial, env });
        using _ = daemon;
        return platformsOf(info);
      });
      return { node, told };
    } catch (error) {
      if (!isLoss(error)) throw error;
      this.#lose(node, error);
      return undefined;
    }
  }

  #lose(node: FleetNode, error: AppError): void {
    const { machines, nodes, now, onLost } = this.#options;
    const isNews = !machines.isLost(node.address, now());
    this.#lost.set(node, error);
    if (this.#isAlone) return;
    machines.lose(node.address, now() + ABSENCE);
    if (isNews && this.#lost.size < nodes.length) onLost(node, error);
  }

  #link(node: FleetNode): Promise<NodeLink> {
    const known = this.#links.get(node);
    if (known !== undefined) return known;
    const link = this.#connect(node);
    this.#links.set(node, link);
    return link;
  }

  async #connect(node: FleetNode): Promise<NodeLink> {
    const { env, signal, session } = this.#options;
    const { daemon, info } = await Daemon.connect({ ...node.dial, env }, signal);
    this.#opened.push(daemon);
    const opened = await daemon.openSession(session);
    this.#opened.push(opened);
    return { node, daemon, session: opened, version: info.version };
  }

  [Symbol.dispose](): void {
    for (const each of this.#opened.reverse()) each[Symbol.dispose]();
  }
}

function isLoss(error: unknown): error is AppError {
  return error instanceof AppError && LOST.has(error.code);
}
