/** Work that no builder can leave out in a row, whatever it is written in. */
export type Work =
  /** Look at the metadata of all files below a directory, once. */
  | { readonly kind: 'look'; readonly path: string }
  /** Read all files below a directory once, and write them into one file, with one digest of it. */
  | { readonly kind: 'pack'; readonly path: string }
  /** Write a file again, with one digest of it: `path`, or without it the last pack. */
  | { readonly kind: 'copy'; readonly path?: string | undefined }
  /** Compress the last pack with zstd, and write it with one digest of it. */
  | { readonly kind: 'compress' }
  /** Receive the layers of an image, write them as they come and unpacked, with a digest of each. */
  | { readonly kind: 'pull'; readonly reference: string }
  /** Send the layers that were received. */
  | { readonly kind: 'push'; readonly reference: string }
  /** Write the few files of so many small layers. */
  | { readonly kind: 'layers'; readonly count: number }
  /** Run commands of a shell in containers of their own, without an overlay: one after the other, or all at once. */
  | {
      readonly kind: 'steps';
      readonly commands: readonly string[];
      readonly atOnce?: boolean | undefined;
    };
