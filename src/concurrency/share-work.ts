/** Concurrent requests for the same work share one execution. */
import { jointSignal } from './joint-signal.ts';

interface Running {
  readonly result: Promise<unknown>;
  readonly stop: AbortController;
  waiting: number;
}

const running = new WeakMap<object, Map<string, Running>>();

export interface SharedWork<T> {
  /** Concurrent callers with the same owner and name share the work. */
  readonly name: string;
  /** A caller may cancel; the work is aborted once all of them have. */
  readonly signal?: AbortSignal | undefined;
  readonly work: (signal: AbortSignal) => Promise<T>;
}

/**
 * Joins the running work of this name, or starts it. Results are not cached.
 *
 * @throws what the work throws; the abort reason if the signal was aborted before, or by the last caller
 */
export async function shareWork<T>(owner: object, options: SharedWork<T>): Promise<T> {
  const { name, signal, work } = options;
  signal?.throwIfAborted();
  const mine = running.get(owner) ?? new Map<string, Running>();
  running.set(owner, mine);
  const joined = mine.get(name) ?? start(mine, name, work);
  joined.waiting++;
  const leave = (): void => {
    if (--joined.waiting > 0) return;
    mine.delete(name);
    joined.stop.abort(signal?.reason);
  };
  signal?.addEventListener('abort', leave, { once: true });
  try {
    return (await joined.result) as T;
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}

function start<T>(
  mine: Map<string, Running>,
  name: string,
  work: (signal: AbortSignal) => Promise<T>,
): Running {
  const stop = new AbortController();
  const started: Running = { result: work(jointSignal(stop.signal)), stop, waiting: 0 };
  mine.set(name, started);
  const forget = (): void => {
    if (mine.get(name) === started) mine.delete(name);
  };
  started.result.then(forget, forget);
  return started;
}
