/** Errors of aborted API calls. */
import { AbortedError } from '../errors.ts';

/** Runs a call. If its signal aborts it, rejects with an AbortedError whose `cause` is the signal's reason. */
export async function keepAbortReason<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    signal?.throwIfAborted();
    return await work();
  } catch (error) {
    if (signal?.aborted !== true || !isAbort(error, signal.reason)) throw error;
    const { message, location } =
      error instanceof AbortedError ? error : { message: undefined, location: undefined };
    throw new AbortedError(message, { cause: signal.reason, location });
  }
}

/** Whether an error comes from a signal, even if cleaning up failed too. */
function isAbort(error: unknown, reason: unknown): boolean {
  if (error === reason || error instanceof AbortedError) return true;
  if (!(error instanceof Error)) return false;
  if ('suppressed' in error) return isAbort(error.suppressed, reason);
  return error.name === 'AbortError' || error.cause === reason;
}
