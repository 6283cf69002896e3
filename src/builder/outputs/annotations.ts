/**
 * Annotations of the result: texts in its manifests, in its index, and in their descriptors. They are given as
 * `--annotation [TYPE[PLATFORM],…:]key=value`, or as attributes of an output, `annotation-TYPE[PLATFORM].key=value`.
 */
import { AppError } from '../../errors.ts';
import type { ImageAnnotations } from '../../image/index.ts';
import { nearestName } from '../../nearest-name.ts';
import { formatPlatform, type Platform, parsePlatform } from '../../oci/index.ts';
import type { Attributes } from '../attributes/attributes.ts';

const LEVELS = ['manifest', 'manifest-descriptor', 'index', 'index-descriptor'] as const;

export type AnnotationLevel = (typeof LEVELS)[number];

export interface Annotation {
  readonly level: AnnotationLevel;
  /** Undefined: all images. */
  readonly platform: Platform | undefined;
  readonly key: string;
  readonly value: string;
}

const ATTRIBUTE = /^annotation(?:-([a-z-]+))?(?:\[([A-Za-z0-9_/.-]+)\])?\.(\S+)$/;
const LEVEL = /^([a-z-]+)(?:\[([A-Za-z0-9_/.-]+)\])?$/;

/** @throws AppError BUILD_ANNOTATION, PLATFORM_INVALID */
export function annotationsOf(attributes: Attributes): Annotation[] {
  return attributes.keys.flatMap((name) => {
    const match = ATTRIBUTE.exec(name);
    if (match === null) return [];
    const [, level = 'manifest', platform, key = ''] = match;
    const value = attributes.text(name) ?? '';
    return { level: levelNamed(level, name), platform: platformNamed(platform), key, value };
  });
}

/** A value of `--annotation`. @throws AppError BUILD_ANNOTATION, PLATFORM_INVALID */
export function parseAnnotation(text: string): Annotation[] {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new AppError('BUILD_ANNOTATION', `'${text}' is not a valid annotation`, {
      expected: 'key=value, or TYPE:key=value',
      hint: `types are ${LEVELS.join(', ')}, each optionally with a platform in brackets`,
    });
  }
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  const colon = name.indexOf(':');
  if (colon < 0) return [{ level: 'manifest', platform: undefined, key: name, value }];
  const key = name.slice(colon + 1);
  return name
    .slice(0, colon)
    .split(',')
    .map((part) => {
      const [, level = part, platform] = LEVEL.exec(part) ?? [];
      return { level: levelNamed(level, text), platform: platformNamed(platform), key, value };
    });
}

/** The annotations of a platform's image; those that name the platform take precedence over those for all. */
export function imageAnnotations(
  annotations: readonly Annotation[],
  platform: Platform,
): ImageAnnotations {
  const own = formatPlatform(platform);
  const pick = (wanted: AnnotationLevel): Record<string, string> => {
    const here = annotations.filter(({ level }) => level === wanted);
    const general = here.filter((one) => one.platform === undefined);
    const special = here.filter((one) => one.platform && formatPlatform(one.platform) === own);
    return Object.fromEntries([...general, ...special].map(({ key, value }) => [key, value]));
  };
  return { manifest: pick('manifest'), descriptor: pick('manifest-descriptor') };
}

/** Those of an index, or of its descriptor. */
export function indexAnnotations(
  annotations: readonly Annotation[],
  wanted: 'index' | 'index-descriptor',
): Record<string, string> {
  const here = annotations.filter(({ level }) => level === wanted);
  return Object.fromEntries(here.map(({ key, value }) => [key, value]));
}

function levelNamed(name: string, text: string): AnnotationLevel {
  const known = LEVELS.find((level) => level === name);
  if (known !== undefined) return known;
  const near = nearestName(name, LEVELS);
  throw new AppError('BUILD_ANNOTATION', `unknown annotation type '${name}': '${text}'`, {
    expected: LEVELS.join(', '),
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}

function platformNamed(text: string | undefined): Platform | undefined {
  return text === undefined ? undefined : parsePlatform(text);
}
