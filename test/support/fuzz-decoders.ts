/** Decoders of what strangers write, with what must hold for any bytes: used by `npm run fuzz`, and by a test for its seeds. */
import { hash } from 'node:crypto';
import { parseConfigFile } from '../../src/advice/config/config-file.ts';
import { apkPackages } from '../../src/analysis/packages/apk.ts';
import { dpkgPackages } from '../../src/analysis/packages/dpkg.ts';
import { GoBuildReader } from '../../src/analysis/packages/go-binary.ts';
import { javaPackages } from '../../src/analysis/packages/maven.ts';
import { npmPackages } from '../../src/analysis/packages/npm.ts';
import { rpmPackages } from '../../src/analysis/packages/rpm.ts';
import { decodeRpmHeader } from '../../src/analysis/packages/rpm-header.ts';
import {
  decompress,
  detectCompression,
  type TarEvent,
  TarParser,
} from '../../src/archive/index.ts';
import { limitsOfDive, limitsOfSettings } from '../../src/cli/check/limit-files.ts';
import { ratesOf } from '../../src/cli/report/rates.ts';
import { IgnoreMatcher, parseDockerignore } from '../../src/context/index.ts';
import { AppError } from '../../src/errors.ts';
import { decodeIndex as decodeLayerIndex } from '../../src/layers/index.ts';
import {
  decodeImageConfig,
  decodeIndex,
  decodeManifest,
  familiarName,
  formatReference,
  parseReference,
} from '../../src/oci/index.ts';
import { parseChallenges } from '../../src/registry/challenge.ts';
import { parseJson } from '../../src/registry/json.ts';

/** Each returns the outcome, by which a fuzzer recognises new paths. */
export const DECODERS: Readonly<Record<string, (bytes: Buffer) => string | Promise<string>>> = {
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
  compressed: async (bytes) => {
    const whole = await decompressed(bytes, bytes.length || 1);
    const pieces = await decompressed(bytes, 7);
    if (whole !== pieces) throw new Error('the content depends on how the stream is cut');
    return `${detectCompression(bytes)} ${whole.split(' ', 1)[0]}`;
  },
  ignore: (bytes) => {
    const { patterns } = parseDockerignore(bytes.toString('utf8'));
    const matcher = new IgnoreMatcher(parseDockerignore(bytes.toString('utf8')));
    for (const path of ['a', 'a/b', 'node_modules/x', '.git', 'ä/ö']) matcher.decide(path);
    return `patterns:${fewOf(patterns)}`;
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
  json: (bytes) => {
    const value = parseJson(bytes.toString('utf8'));
    if (value === undefined) return 'invalid';
    // What is parsed can be walked: the stack suffices.
    const text = JSON.stringify(value);
    return `${typeof value} ${Array.isArray(value)} ${Math.trunc(Math.log2(text.length + 1))}`;
  },
  config: (bytes) => {
    const { os, architecture, created, config, rootfs, history } = decodeImageConfig(bytes);
    const known = { os, architecture, created, config, rootfs, history };
    return Object.entries(known)
      .map(([name, value]) => `${name}:${typeof value}`)
      .join(' ');
  },
  manifest: (bytes) => `layers:${fewOf(decodeManifest(bytes).layers)}`,
  index: (bytes) => `manifests:${fewOf(decodeIndex(bytes).manifests)}`,
  'layer-index': (bytes) => {
    // Only what has the right checksum is decoded.
    const index = decodeLayerIndex(Buffer.concat([bytes, hash('sha512-256', bytes, 'buffer')]));
    return `entries:${fewOf(index.entries)}`;
  },
  challenge: (bytes) => {
    const found = parseChallenges(bytes.toString('latin1'));
    return `challenges:${fewOf(found)} parameters:${fewOf([...(found[0]?.parameters ?? [])])}`;
  },
  'lamina-toml': async (bytes) => {
    const limits = await limitsOfSettings(bytes.toString('utf8'), 'lamina.toml');
    return Object.keys(limits).sort().join(' ');
  },
  'report-toml': async (bytes) => {
    const rates = await ratesOf(bytes.toString('utf8'), 'report.toml');
    return Object.keys(rates).sort().join(' ');
  },
  'dive-ci': async (bytes) => {
    const limits = await limitsOfDive(bytes.toString('utf8'), '.dive-ci');
    return Object.entries(limits)
      .map(([name, value]) => `${name}:${typeof value}`)
      .join(' ');
  },
  'hadolint-yaml': async (bytes) => {
    const config = await parseConfigFile(bytes.toString('utf8'), '.hadolint.yaml');
    return Object.entries(config)
      .flatMap(([name, value]) => (value === undefined ? [] : [name]))
      .join(' ');
  },
  dpkg: (bytes) => packages(dpkgPackages('var/lib/dpkg/status', only(bytes))),
  apk: (bytes) => packages(apkPackages('lib/apk/db/installed', only(bytes))),
  npm: (bytes) => packages(npmPackages('app/node_modules/a/package.json', only(bytes))),
  rpm: (bytes) => packages(rpmPackages(bytes)),
  'rpm-header': (bytes) => `files:${fewOf(decodeRpmHeader(bytes)?.files ?? [])}`,
  jar: async (bytes) => `packages:${fewOf(await javaPackages('a-1.0.jar', bytes))}`,
  'go-binary': (bytes) => {
    const [whole, pieces] = [bytes.length || 1, 7].map((chunk) => {
      const reader = new GoBuildReader();
      for (let at = 0; at < bytes.length; at += chunk) reader.add(bytes.subarray(at, at + chunk));
      return reader.finish();
    });
    if (JSON.stringify(whole) !== JSON.stringify(pieces)) {
      throw new Error('the modules depend on how the program is cut into chunks');
    }
    return whole === undefined ? 'none' : `modules:${fewOf(whole.dependencies)}`;
  },
};

/** CPU seconds that no input of a fuzzer's size may take. */
const LONGEST = 3;

/**
 * @returns the outcome: a result or the code of an error for the user
 * @throws any other error, and one for an input that takes long
 */
export async function checkDecoder(name: string, bytes: Buffer): Promise<string> {
  const decode = DECODERS[name];
  if (decode === undefined) throw new Error(`there is no decoder ${name}`);
  const start = process.cpuUsage();
  let outcome: string;
  // A warning of Node's would go to the user's terminal.
  const { emitWarning } = process;
  let warning: unknown;
  process.emitWarning = (text: unknown) => {
    warning = text;
  };
  try {
    outcome = await decode(Buffer.from(bytes));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!/\S/.test(error.message)) throw new Error('the error has no message');
    outcome = error.code;
  } finally {
    process.emitWarning = emitWarning;
  }
  if (warning !== undefined) throw new Error(`it warned: ${warning}`);
  const { user, system } = process.cpuUsage(start);
  if (user + system > LONGEST * 1e6) throw new Error(`it took ${(user + system) / 1e6} s`);
  return outcome;
}

function fewOf(list: readonly unknown[]): number {
  return Math.min(9, list.length);
}

/** What the finders of packages read: every file has the same content. */
function only(bytes: Buffer): { text(): string } {
  return { text: () => bytes.toString('latin1') };
}

function packages(found: readonly { readonly files: object }[]): string {
  const files = found.flatMap(({ files }) => Object.values(files));
  return `packages:${fewOf(found)} files:${fewOf(files.flat())}`;
}

const LARGEST_OUTPUT = 4 << 20;

/** @returns the size and digest of the content, or the code of an error with what came before */
async function decompressed(bytes: Buffer, chunk: number): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of decompress(chunks(bytes, chunk))) {
      pieces.push(Buffer.from(piece));
      size += piece.length;
      if (size > LARGEST_OUTPUT) return 'large';
    }
  } catch (error) {
    // How much was decoded before damage was found may depend on the chunks.
    if (error instanceof AppError) return error.code;
    throw error;
  }
  const digest = hash('sha256', Buffer.concat(pieces), 'hex');
  return `size:${Math.min(size, 2)} ${size} ${digest}`;
}

function* chunks(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
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
