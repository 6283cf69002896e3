/** What the public API takes for the page that shows an image in a browser. */
import type { ReportImageOptions } from './reports.ts';

export interface ExplorePageOptions extends ReportImageOptions {
  /** A second image, named in the same ways, to be shown beside the first. */
  readonly against?: string | undefined;
  /** Called for each layer that could not be read: the page shows the others. */
  readonly onUnread?: ((layer: UnreadLayer) => void) | undefined;
}

/** A layer of which a page shows nothing. */
export interface UnreadLayer {
  /** As it was given: `image` or `against`. */
  readonly image: string;
  /** From 0 at the bottom. */
  readonly layer: number;
  /** Of its blob. */
  readonly digest: string;
  /** Of the error. */
  readonly code: string;
  readonly message: string;
}

export interface ServeExplorerOptions extends ExplorePageOptions {
  /** Called once, with the URL to open: only this machine reaches it, and only with the token in it. */
  readonly onListening: (url: string) => void;
}
