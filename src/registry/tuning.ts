/** How patient the client is. Users need not know; tests are less patient. */

export interface Tuning {
  /** Milliseconds for a connection to come about. */
  readonly connectMs: number;
  /** Milliseconds in which nothing may move. */
  readonly idleMs: number;
  /** Milliseconds a registry may take to check and file a whole blob. */
  readonly commitMs: number;
  /** How often the same thing may fail in a row. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled before each one after it. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A registry that wants us to wait longer than this is told of instead. */
  readonly longestWaitMs: number;
  /** Blobs on their way at the same time, for each server. */
  readonly transfers: number;
  /** Uniform in 0..1: delays are spread, so that many clients do not come back at once. */
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
