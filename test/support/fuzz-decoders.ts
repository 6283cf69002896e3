/** Decoders of what strangers write, with what must hold for any bytes: used by `npm run fuzz:decoders`, and by a test for its seeds. */
import { type TarEvent, TarParser } from '../../src/archive/index.ts';
import { IgnoreMatcher, parseDockerignore } from '../../src/context/index.ts';
import { AppError } from '../../src/errors.ts';
import {
  decodeImageConfig,
  decodeIndex,
  decodeManifest,
  familiarName,
  formatReference,
  parseReference,
} from '../../src/oci/index.ts';

/** Each returns the outcome, by which a fuzzer recognises new paths. */
export const DECODERS: Readonly<Record<string, (bytes: Buffer) => string>> = {
  tar: (bytes) => {
    const whole = tarEvents(bytes, bytes.length || 1);
    const pieces = tarEvents(bytes, 97);
    if (JSON.stringify(whole) !== JSON.stringify(pieces)) {
      throw new Error('the members depend on how the archive is cut into chunks');
    }
    return whole
      .map(({ kind }) => kind)
      .join(' ')
      .slice(0, 80);
  },
  ignore: (bytes) => {
    const { patterns } = parseDockerignore(bytes.toString('utf8'));
    const matcher = new IgnoreMatcher(parseDockerignore(bytes.toString('utf8')));
    for (const path of ['a', 'a/b', 'node_modules/x', '.git', 'ä/ö']) matcher.decide(path);
    return `patterns:${Math.min(patterns.length, 9)}`;
  },
  reference: (bytes) => {
    const reference = parseReference(bytes.toString('utf8'));
    const again = parseReference(formatReference(reference));
    if (JSON.stringify(again) !== JSON.stringify(reference)) {
      throw new Error('the formatted reference is another one');
    }
    parseReference(familiarName(reference));
    return Object.keys(reference).sort().join(' ');
  },
  config: (bytes) => {
    const { os, architecture, created, config, rootfs, history } = decodeImageConfig(bytes);
    const known = { os, architecture, created, config, rootfs, history };
    return Object.entries(known)
      .map(([name, value]) => `${name}:${typeof value}`)
      .join(' ');
  },
  manifest: (bytes) => `layers:${Math.min(9, decodeManifest(bytes).layers.length)}`,
  index: (bytes) => `manifests:${Math.min(9, decodeIndex(bytes).manifests.length)}`,
};

/**
 * @returns the outcome: a result or the code of an error for the user
 * @throws any other error
 */
export function checkDecoder(name: string, bytes: Buffer): string {
  const decode = DECODERS[name];
  if (decode === undefined) throw new Error(`there is no decoder ${name}`);
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!/\S/.test(error.message)) throw new Error('the error has no message');
    return error.code;
  }
}

interface Outcome {
  readonly kind: string;
  readonly path?: string | undefined;
  readonly size?: number | undefined;
}

/** Ends with the code of an error, if there is one: what was read before must be the same for any chunks. */
function tarEvents(bytes: Buffer, chunk: number): readonly Outcome[] {
  const parser = new TarParser({ mostMembers: 1000 });
  const found: Outcome[] = [];
  try {
    for (let at = 0; at < bytes.length; at += chunk) {
      parser.push(bytes.subarray(at, at + chunk));
      for (let event = parser.next(); event !== undefined; event = parser.next()) {
        const outcome = outcomeOf(event);
        if (outcome !== undefined) found.push(outcome);
        if (event.kind === 'end') return found;
      }
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    found.push({ kind: error.code });
  }
  return found;
}

function outcomeOf(event: TarEvent): Outcome | undefined {
  if (event.kind === 'member') {
    return { kind: event.header.type, path: event.header.path, size: event.header.size };
  }
  // Content comes in pieces that depend on the chunks.
  return event.kind === 'end' ? { kind: 'end' } : undefined;
}
