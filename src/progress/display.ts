import type { BuildEvent } from './events.ts';

/** A reader of the event stream that shows it to somebody. */
export interface Display {
  /** Whether it shows what steps print, with the command of each: then nobody needs to repeat it. */
  readonly showsOutput: boolean;
  handle(event: BuildEvent): void;
  /** Ends the display: nothing of it stays on the screen that should not. Safe to call twice. */
  close(): void;
}

/** Takes text as it should appear; must not fail. */
export type Write = (text: string | Uint8Array) => void;
