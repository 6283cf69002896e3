/** The inputs and results of writing an output. */
import type { BuildOptions, WrittenOutput } from '../../api/index.ts';
import type { Environment } from '../../environment.ts';
import type { Warning } from '../../errors.ts';
import type { BundleToExport } from '../../export/index.ts';
import type { AttachedManifest, Image, Progress } from '../../image/index.ts';
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
  /** Makes what is attached to an image under these names; undefined: nothing. */
  readonly attest:
    | ((names: readonly string[], image: Image) => Promise<AttachedManifest>)
    | undefined;
}

/** The digests of an image in an output, for the report. */
export interface Written {
  /** Of the manifest or index. */
  readonly descriptor: Descriptor;
  /** Digest of the image config, of the first of several images. */
  readonly imageId: Digest;
  /** Of several outputs, the most important one is reported: the one that others can fetch. */
  readonly rank: 'stored' | 'archived' | 'pushed';
}

/** The result of one output. */
export interface OutputResult {
  /** Undefined if only files were written. */
  readonly image: Written | undefined;
  readonly outputs: readonly WrittenOutput[];
}

/** The form as options of `export/`. */
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
