/** What writing an output is given, and what it gives back. */
import type { BuildOptions, WrittenOutput } from '../../api/index.ts';
import type { Environment } from '../../environment.ts';
import type { Warning } from '../../errors.ts';
import type { BundleToExport } from '../../export/index.ts';
import type { Progress } from '../../image/index.ts';
import type { Descriptor, Digest } from '../../oci/index.ts';
import type { Store } from '../../store/index.ts';
import { imageAnnotations, indexAnnotations } from './annotations.ts';
import type { ImageForm } from './output.ts';

export interface WriteContext {
  readonly store: Store;
  readonly build: BuildOptions;
  readonly env: Environment;
  readonly progress: Progress;
  readonly warn: (warning: Warning) => void;
}

/** What an output says of an image, for the digests that are reported. */
export interface Written {
  /** Of the manifest or index. */
  readonly descriptor: Descriptor;
  /** Digest of the image config, of the first of several images. */
  readonly imageId: Digest;
  /** Of several outputs the one that matters most is reported: what others can fetch. */
  readonly rank: 'stored' | 'archived' | 'pushed';
}

/** What came of one output. */
export interface OutputResult {
  /** Undefined where only files were written. */
  readonly image: Written | undefined;
  readonly outputs: readonly WrittenOutput[];
}

/** The form in the words of `export/`. */
export function contentOf({
  encoding,
  ociTypes,
  annotations,
}: ImageForm): BundleToExport['content'] {
  return {
    ...encoding,
    ociTypes,
    annotations: (platform) => imageAnnotations(annotations, platform),
    indexAnnotations: indexAnnotations(annotations, 'index'),
    indexDescriptorAnnotations: indexAnnotations(annotations, 'index-descriptor'),
  };
}
