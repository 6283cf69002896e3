/** The JSON form of vertex infos: locations refer to their text by its position in a list of texts. */
import type { InstructionPart, SourceLocation, SourceRange, SourceUse } from '../errors.ts';
import { digest, platform } from './op-shapes.ts';
import {
  dictionary,
  flag,
  integer,
  invalidGraph,
  list,
  matching,
  oneOf,
  optional,
  record,
  type Shape,
  text,
} from './shapes.ts';
import type { AsWritten, ImageSource, VertexInfo } from './vertex.ts';

/** A text that locations are in. */
export type SourceText = Pick<SourceLocation, 'file' | 'text'>;

export const sourceText: Shape<SourceText> = record<SourceText>({ file: text, text });

interface EncodedLocation {
  /** Position in the list of texts. */
  readonly source: number;
  readonly range: SourceRange;
  readonly usedBy?: SourceUse | undefined;
}

type EncodedLocations = Readonly<Partial<Record<InstructionPart, EncodedLocation>>>;

export type EncodedInfo = Omit<VertexInfo, 'locations'> & { readonly locations: EncodedLocations };

const position = record<SourceRange['start']>({ line: integer, column: integer, offset: integer });

const PART =
  /^(?:instruction|destination|chown|chmod|checksum|workdir|user|(?:source|heredoc|exclude|mount):\d+|mount:\d+\.(?:source|target))$/;

const part: Shape<InstructionPart> = matching(
  (name): name is InstructionPart => PART.test(name),
  'a part of an instruction',
);

const info: Shape<EncodedInfo> = record<EncodedInfo>({
  name: text,
  stage: optional(text),
  platform: optional(platform),
  image: optional(
    record<ImageSource>({ reference: optional(text), manifestDigest: optional(digest) }),
  ),
  locations: dictionary(
    part,
    record<EncodedLocation>({
      source: integer,
      range: record<SourceRange>({ start: position, end: position }),
      usedBy: optional(record<SourceUse>({ file: text, line: integer })),
    }),
  ),
  instruction: optional(text),
  ignoreCache: flag,
  proxyEnv: optional(list(text)),
  asWritten: optional(
    record<AsWritten>({
      network: oneOf('default', 'host', 'none'),
      targets: list(orNull(text)),
    }),
  ),
});

/** In a list, JSON has null for undefined. */
function orNull<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, at) => (value === null ? undefined : shape(value, at));
}

/** Texts of a graph, each once. */
export class SourceTexts {
  readonly #positions = new Map<string, number>();
  readonly all: SourceText[] = [];

  positionOf({ file, text: whole }: SourceText): number {
    const key = JSON.stringify([file, whole]);
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    const position = this.all.push({ file, text: whole }) - 1;
    this.#positions.set(key, position);
    return position;
  }
}

export function encodeInfo({ locations, ...rest }: VertexInfo, texts: SourceTexts): EncodedInfo {
  const encoded: Partial<Record<InstructionPart, EncodedLocation>> = {};
  for (const [name, { range, usedBy, ...source }] of entriesOf(locations)) {
    encoded[name] = { source: texts.positionOf(source), range, usedBy };
  }
  return { ...rest, locations: encoded };
}

/** @throws AppError GRAPH_INVALID */
export function decodeInfo(value: unknown, at: string, texts: readonly SourceText[]): VertexInfo {
  const { locations, ...rest } = info(value, at);
  const decoded: Partial<Record<InstructionPart, SourceLocation>> = {};
  for (const [name, { source, ...location }] of entriesOf(locations)) {
    const found = texts[source];
    if (found === undefined) throw invalidGraph(`${at}.locations.${name}`, 'is in no text');
    decoded[name] = { ...found, ...location };
  }
  return { ...rest, locations: decoded };
}

/** In a fixed order, so that equal graphs have their texts in the same order. */
function entriesOf<T>(
  locations: Readonly<Partial<Record<InstructionPart, T>>>,
): readonly (readonly [InstructionPart, T])[] {
  return Object.entries(locations)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, location]) =>
      location === undefined ? [] : [[part(name, name), location] as const],
    );
}
