/** Work that several ask for at the same time is done once. */
import { jointSignal } from './joint-signal.ts';

interface Running {
  readonly result: Promise<unknown>;
  readonly stop: AbortController;
  waiting: number;
}

const running = new WeakMap<object, Map<string, Running>>();

export interface SharedWork<T> {
  /** Those who ask for the same name of the same owner at the same time share the work. */
  readonly name: string;
  /** Whoever asks may give up; the work ends when all have. */
  readonly signal?: AbortSignal | undefined;
  readonly work: (signal: AbortSignal) => Promise<T>;
}

/**
 * Joins the work of this name that is under way, or starts it. Nothing is remembered when it has ended.
 *
 * @throws what the work throws; the reason of the work's end when this caller's signal was aborted
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
