/** Parses values of `--output`. Everything is checked before anything is built. */

import type { BuildOptions, OutputSpec } from '../../api/index.ts';
import { AppError, assertNever, type Warning } from '../../errors.ts';
import { formatReference, parseReference } from '../../oci/index.ts';
import { Attributes } from '../attributes/attributes.ts';
import { layerEncoding } from '../attributes/encoding-attributes.ts';
import { targetPlatforms } from '../run/target-platforms.ts';
import { type Annotation, annotationsOf, parseAnnotation } from './annotations.ts';
import { checkErasable } from './erasable.ts';
import type { ImageForm, ImageTimes, Output } from './output.ts';

export interface ParsedOutputs {
  readonly outputs: readonly Output[];
  readonly warnings: readonly Warning[];
}

/** BuildKit's attributes for things that lamina always does or does not need. */
const OF_NO_CONSEQUENCE = [
  ...['unpack', 'oci-artifact', 'attestation-inline', 'attestation-prefix'],
  'compatibility-version',
];

/**
 * The requested outputs; the image store by default.
 *
 * @throws AppError BUILD_OUTPUT, BUILD_OUTPUT_ATTRIBUTE, BUILD_ANNOTATION, BUILD_PUSH_NAME, REFERENCE_INVALID
 */
export function parseOutputs(options: BuildOptions): ParsedOutputs {
  const { outputs = [] } = options;
  const specs: readonly OutputSpec[] =
    outputs.length === 0 ? [{ type: 'image', attrs: {} }] : outputs;
  const parsed = specs.map((spec) => parseOutput(spec, options));
  checkDestinations(parsed.map(({ output }) => output));
  return {
    outputs: parsed.map(({ output }) => output),
    warnings: parsed.flatMap(({ warnings }) => warnings),
  };
}

interface Parsed {
  readonly output: Output;
  readonly warnings: readonly Warning[];
}

function parseOutput(spec: OutputSpec, options: BuildOptions): Parsed {
  const attributes = new Attributes({
    ...{ attrs: spec.attrs, text: spec.text, flag: '--output' },
    owner: `an output of type ${spec.type}`,
    codes: { wrong: 'BUILD_OUTPUT_ATTRIBUTE', ignored: 'BUILD_OUTPUT_IGNORED' },
  });
  attributes.passOver(OF_NO_CONSEQUENCE);
  const output = outputOf(spec, attributes, options);
  return { output, warnings: attributes.warnings() };
}

function outputOf(spec: OutputSpec, attributes: Attributes, options: BuildOptions): Output {
  switch (spec.type) {
    case 'cacheonly':
      return { kind: 'nothing' };
    case 'image':
    case 'registry':
      return imageOutput(spec, attributes, options);
    case 'docker':
      if (spec.dest === undefined) return loadOutput(spec, attributes, options);
      return archiveOutput(spec, attributes, options);
    case 'oci':
      return archiveOutput(spec, attributes, options);
    case 'tar':
    case 'local':
      return filesOutput(spec, spec.type, attributes);
    default:
      return assertNever(spec.type);
  }
}

function imageOutput(spec: OutputSpec, attributes: Attributes, options: BuildOptions): Output {
  const names = namesOf(spec, options);
  const isPushed = attributes.flag('push') ?? spec.type === 'registry';
  const byDigest = attributes.flag('push-by-digest') ?? false;
  const insecure = attributes.flag('registry.insecure') ?? false;
  const store = attributes.flag('store') ?? true;
  const canonical = attributes.flag('name-canonical') ?? false;
  if (isPushed) checkPushed(names, byDigest);
  return {
    kind: 'image',
    names,
    store: store && !(isPushed && byDigest && !canonical),
    canonical,
    push: isPushed ? { byDigest, insecure } : undefined,
    form: imageForm(attributes, options),
    times: imageTimes(attributes),
  };
}

function checkPushed(names: readonly string[], byDigest: boolean): void {
  if (names.length === 0) {
    throw new AppError('BUILD_PUSH_NAME', 'an image without a name cannot be pushed', {
      hint: 'name it with -t HOST/NAME:TAG, or set name=HOST/NAME:TAG in the output',
    });
  }
  const tagged = names.find((name) => parseReference(name).tag !== undefined);
  if (!byDigest || tagged === undefined) return;
  throw new AppError('BUILD_PUSH_NAME', `'${tagged}' has a tag, but the output pushes by digest`, {
    hint: 'remove the tag, or remove push-by-digest',
  });
}

function archiveOutput(spec: OutputSpec, attributes: Attributes, options: BuildOptions): Output {
  const { dest } = spec;
  const format = spec.type === 'oci' ? 'oci' : 'docker';
  const tar = attributes.flag('tar') ?? true;
  if (dest === undefined || dest === '') throw needsDestination(spec);
  if (!tar && dest === '-') {
    throw new AppError('BUILD_OUTPUT', 'cannot write a directory to standard output', {
      hint: 'set dest= to a directory, or remove tar=false',
    });
  }
  const form = imageForm(attributes, options);
  const times = imageTimes(attributes);
  return { kind: 'archive', format, dest, tar, names: namesOf(spec, options), form, times };
}

function loadOutput(spec: OutputSpec, attributes: Attributes, options: BuildOptions): Output {
  const context = attributes.text('context');
  const form = imageForm(attributes, options);
  return {
    kind: 'load',
    context: context === '' ? undefined : context,
    names: namesOf(spec, options),
    form,
    times: imageTimes(attributes),
  };
}

function filesOutput(spec: OutputSpec, kind: 'tar' | 'local', attributes: Attributes): Output {
  const { dest } = spec;
  if (dest === undefined || dest === '' || (kind === 'local' && dest === '-')) {
    throw needsDestination(spec);
  }
  const split = attributes.flag('platform-split');
  const times = imageTimes(attributes);
  if (kind === 'tar') return { kind, dest, split, times };
  const mode = attributes.choice('mode', ['copy', 'delete']) ?? 'copy';
  if (mode === 'delete') checkErasable(dest);
  return { kind, dest, split, times, mode };
}

function needsDestination({ type }: OutputSpec): AppError {
  return new AppError('BUILD_OUTPUT', `the output of type ${type} needs a destination`, {
    hint: `-o type=${type},dest=PATH`,
  });
}

/** The tags of the build, and the names in the output itself. */
function namesOf({ name = '' }: OutputSpec, { tags = [] }: BuildOptions): readonly string[] {
  // `*` means a name from the front end; Dockerfiles have none.
  const own = name.split(',').filter((text) => text !== '' && text !== '*');
  const names = [...tags, ...own].map((text) => formatReference(parseReference(text.trim())));
  return [...new Set(names)];
}

function imageForm(attributes: Attributes, options: BuildOptions): ImageForm {
  const encoding = layerEncoding(attributes);
  const { compression, force } = encoding;
  const types = attributes.flag('oci-mediatypes');
  const ociTypes = types ?? true;
  attributes.passOver(['prefer-nondist-layers']);
  const given = annotationsOf(attributes);
  const annotations = [...(options.annotations ?? []).flatMap(parseAnnotation), ...given];
  if (compression === 'estargz' && !ociTypes) {
    throw attributes.fault('oci-mediatypes', 'eStargz layers need OCI media types', {
      hint: 'remove oci-mediatypes=false, or choose another compression',
    });
  }
  checkAnnotations(annotations, ociTypes, targetPlatforms(options).length);
  const isAsked =
    attributes.keys.some((key) => /^(?:compression|oci-mediatypes)/.test(key)) ||
    force ||
    annotations.length > 0;
  return { encoding, ociTypes, annotations, isAsked };
}

function checkAnnotations(
  annotations: readonly Annotation[],
  ociTypes: boolean,
  platforms: number,
): void {
  for (const { level, key } of annotations) {
    if (!ociTypes && level !== 'manifest') {
      throw new AppError('BUILD_ANNOTATION', `Docker media types do not support '${key}'`, {
        hint: `annotate the manifest, not the ${level}, or remove oci-mediatypes=false`,
      });
    }
    if (platforms === 1 && level.startsWith('index')) {
      throw new AppError(
        'BUILD_ANNOTATION',
        `'${key}' annotates an index, but the result has none`,
        {
          expected: 'more than one platform',
          hint: 'an image for one platform has only a manifest: annotate that',
        },
      );
    }
  }
}

function imageTimes(attributes: Attributes): ImageTimes {
  const rewrite = attributes.flag('rewrite-timestamp') ?? true;
  // As in BuildKit: the output sets no time, but the build's epoch in the image config stays.
  if (attributes.text('source-date-epoch') === '') return { epoch: undefined, rewrite: false };
  const max = 999_999_999_999;
  const of = 'time in seconds since 1970';
  return { epoch: attributes.number('source-date-epoch', { max, of }), rewrite };
}

/** Two outputs that write to the same destination would overwrite each other. */
function checkDestinations(outputs: readonly Output[]): void {
  const seen = new Set<string>();
  for (const output of outputs) {
    if (!('dest' in output)) continue;
    const isShared = output.kind === 'archive' && !output.tar;
    if (seen.has(output.dest) && !isShared) {
      const target = output.dest === '-' ? 'standard output' : output.dest;
      throw new AppError('BUILD_OUTPUT', `two outputs write to ${target}`, {
        hint: 'give each output its own destination',
      });
    }
    seen.add(output.dest);
  }
}
