/** Timeouts and limits of the client. Not user options; tests use shorter ones. */

export interface Tuning {
  /** Milliseconds to connect. */
  readonly connectMs: number;
  /** Milliseconds without any byte in either direction. */
  readonly idleMs: number;
  /** Milliseconds that a registry may take to verify and store a whole blob. */
  readonly commitMs: number;
  /** Attempts in a row before the error is reported. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; each later delay is twice as long. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Milliseconds. If a registry wants a longer wait, its error is reported instead. */
  readonly longestWaitMs: number;
  /** Concurrent blob transfers for each server. */
  readonly transfers: number;
  /** Uniform in 0..1: spreads the delays, so that many clients do not retry at once. */
  readonly random: () => number;
}

export const DEFAULT_TUNING: Tuning = {
  connectMs: 20_000,
  idleMs: 60_000,
  commitMs: 300_000,
  attempts: 6,
  firstDelayMs: 500,
  longestDelayMs: 20_000,
  longestWaitMs: 120_000,
  transfers: 6,
  random: Math.random,
};
