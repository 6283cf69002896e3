/** The page that shows an image in a browser: as a file, or served to this machine. */
import type { ExplorePageOptions, ReportImageOptions, ServeExplorerOptions } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { type BuiltImage, exploreImage } from './explore.ts';

/** @returns the page as HTML, with all that it shows in it */
export async function explorePage(
  context: LaminaContext,
  { against, onUnread, ...options }: ExplorePageOptions,
): Promise<string> {
  const { FILE_LIMITS, pageAssets, pageFile, pageImage } = await import('../web/index.ts');
  const assets = await pageAssets();
  await using explored = await exploreAll(context, options, against);
  tellUnread(explored, onUnread);
  const images = explored.images.map((image) => pageImage(image, FILE_LIMITS));
  return pageFile({ images, isServed: false }, assets);
}

export async function serveExplorer(
  context: LaminaContext,
  { against, onListening, onUnread, ...options }: ServeExplorerOptions,
): Promise<void> {
  const { SERVED_LIMITS, directoriesOf, pageAssets, pageImage, pageJson, previewOf, servePage } =
    await import('../web/index.ts');
  const assets = await pageAssets();
  const { signal } = options;
  await using explored = await exploreAll(context, options, against);
  tellUnread(explored, onUnread);
  const images = explored.images.map((image) => pageImage(image, SERVED_LIMITS));
  const answers = {
    data: pageJson({ images, isServed: true }),
    directory: directoriesOf(explored.images.map(({ model }) => model)),
    preview: (query: URLSearchParams) => previewOf(explored.images, query, signal),
  };
  await servePage({ assets, answers, onListening, signal });
}

interface ExploredImages extends AsyncDisposable {
  /** As they were given. */
  readonly names: readonly string[];
  readonly images: readonly BuiltImage[];
}

async function exploreAll(
  context: LaminaContext,
  options: ReportImageOptions,
  against: string | undefined,
): Promise<ExploredImages> {
  const images: BuiltImage[] = [];
  const close = async () => {
    for (const one of images) await one[Symbol.asyncDispose]();
  };
  const names = against === undefined ? [options.image] : [options.image, against];
  try {
    for (const image of names) {
      images.push(await exploreImage(context, { ...options, image }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { names, images, [Symbol.asyncDispose]: close };
}

function tellUnread(
  { names, images }: ExploredImages,
  onUnread: ExplorePageOptions['onUnread'],
): void {
  for (const [position, { report }] of images.entries()) {
    for (const { layer, code, message } of report.problems) {
      const digest = report.layers[layer]?.digest ?? '';
      onUnread?.({ image: names[position] ?? '', layer, digest, code, message });
    }
  }
}
