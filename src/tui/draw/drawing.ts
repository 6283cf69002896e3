/** All that a screen is drawn of. */
import type { Explorer } from '../model/explorer.ts';
import type { Preview } from '../model/preview.ts';
import type { Layout } from './layout.ts';
import type { Style } from './style.ts';

export interface Drawing {
  readonly explorer: Explorer;
  readonly preview: Preview | undefined;
  readonly layout: Layout;
  readonly style: Style;
}
