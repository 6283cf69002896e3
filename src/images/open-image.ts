/** `openImage`: reads an image of any transport. */
import type { OpenedImage, OpenedIndex, OpenImageOptions } from '../api/index.ts';
import {
  chooseImage,
  type Image,
  type ImageSource,
  openFiles,
  openImageSource,
  openImage as openIn,
  rootOf,
} from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { unpackLimitOf } from '../layers/index.ts';
import { parsePlatform } from '../oci/index.ts';
import { Store } from '../store/index.ts';
import { RegistryProvider } from '../transfer/index.ts';

export async function openImage(
  context: LaminaContext,
  { image: name, platform: wanted, signal }: OpenImageOptions,
): Promise<OpenedImage | OpenedIndex> {
  const { env } = context;
  const platform = wanted === undefined ? undefined : parsePlatform(wanted);
  const unpackLimit = unpackLimitOf(env);
  const openStore = () =>
    Store.open({ root: context.root, provider: new RegistryProvider(env), unpackLimit });
  const source = await openImageSource(name, { env, openStore, unpackLimit, signal });
  const close = async () => {
    await source[Symbol.asyncDispose]();
  };
  const settings = { unpackLimit, signal };
  try {
    const opened = await openIn(source, { platform, signal });
    if (opened.kind === 'image') return withFiles(opened, settings, close);
    const imageFor = async (text: string) => {
      const found = await imageOf(source, text, signal);
      return withFiles(found, settings, async () => undefined);
    };
    return { ...opened, imageFor, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function imageOf(
  source: ImageSource,
  platform: string,
  signal: AbortSignal | undefined,
): Promise<Image> {
  const options = { platform: parsePlatform(platform), explicit: true, signal };
  return chooseImage(source, rootOf(source), options);
}

function withFiles(
  image: Image,
  settings: Parameters<typeof openFiles>[1],
  close: () => Promise<void>,
): OpenedImage {
  return { ...image, files: () => openFiles(image, settings), [Symbol.asyncDispose]: close };
}
