import type { BuildEvent } from './events.ts';

/** A consumer of the event stream that displays it. */
export interface Display {
  /** Whether it shows the commands and output of steps, so that errors need not repeat them. */
  readonly showsOutput: boolean;
  handle(event: BuildEvent): void;
  /** Ends the display and cleans up the screen. Safe to call twice. */
  close(): void;
}

/** Writes text as it should appear; must not fail. */
export type Write = (text: string | Uint8Array) => void;
