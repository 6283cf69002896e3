/** What the public API takes for the page that shows an image in a browser. */
import type { ReportImageOptions } from './reports.ts';

export interface ExplorePageOptions extends ReportImageOptions {
  /** A second image, named in the same ways, to be shown beside the first. */
  readonly against?: string | undefined;
}

export interface ServeExplorerOptions extends ExplorePageOptions {
  /** Called once, with the URL to open: only this machine reaches it, and only with the token in it. */
  readonly onListening: (url: string) => void;
}
