/**
 * The lines of a Dockerfile that a daemon's failure is about.
 * https://github.com/moby/buildkit/blob/v0.32.2/solver/errdefs/errdefs.proto
 */
import type { SourceLocation } from '../errors.ts';
import { list, Message, nested } from '../grpc/index.ts';
import { Range, SourceInfo } from './wire/ops.ts';

const Source = new Message({ info: nested(1, SourceInfo), ranges: list(2, Range) });

interface Detail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** @returns undefined for another detail */
export function sourceLocationOf({ typeUrl, value }: Detail): SourceLocation | undefined {
  if (!/errdefs\.Source(?:\+json)?$/.test(typeUrl)) return undefined;
  const found = value[0] === '{'.charCodeAt(0) ? inJson(value) : inMessage(value);
  if (found === undefined || found.first < 1) return undefined;
  const { file, text, first, last } = found;
  const lines = text.split('\n');
  if (first > lines.length) return undefined;
  const end = Math.min(Math.max(first, last), lines.length);
  const offsetOf = (line: number) =>
    lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  const column = (lines[end - 1]?.length ?? 0) + 1;
  return {
    ...{ file, text },
    range: {
      start: { line: first, column: 1, offset: offsetOf(first) },
      end: { line: end, column, offset: offsetOf(end) + column - 1 },
    },
  };
}

interface Lines {
  readonly file: string;
  readonly text: string;
  readonly first: number;
  readonly last: number;
}

function inMessage(value: Uint8Array): Lines | undefined {
  const { info, ranges } = Source.decode(value);
  const [range] = ranges;
  if (info === undefined || range === undefined) return undefined;
  return {
    file: info.filename,
    text: Buffer.from(info.data).toString('utf8'),
    first: range.start?.line ?? 0,
    last: range.end?.line ?? 0,
  };
}

/** Older daemons wrap details in JSON. */
function inJson(value: Uint8Array): Lines | undefined {
  const { info, ranges } = JSON.parse(Buffer.from(value).toString('utf8')) as {
    readonly info?: { readonly filename?: string; readonly data?: string };
    readonly ranges?: readonly {
      readonly start?: { readonly line?: number };
      readonly end?: { readonly line?: number };
    }[];
  };
  if (info === undefined || ranges?.[0] === undefined) return undefined;
  return {
    file: info.filename ?? 'Dockerfile',
    text: Buffer.from(info.data ?? '', 'base64').toString('utf8'),
    first: ranges[0].start?.line ?? 0,
    last: ranges[0].end?.line ?? 0,
  };
}
