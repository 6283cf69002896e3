/**
 * Images go to a registry and come back through a proxy that does what networks and tired servers do. Whatever happens,
 * the bytes that arrive are the right ones, or there is an error that can be shown.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { digestOf, parseReference, type Reference } from '../../src/oci/index.ts';
import { openRegistries, type Registries } from '../../src/registry/index.ts';
import { makeCertificate, type TestCertificate } from '../support/certificates.ts';
import { FAULTS, type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { keepLogins, passwordLogin, type TestLogins } from '../support/logins.ts';
import { PASSWORD, SERVICE, startRegistry, type TestRegistry, USER } from '../support/registry.ts';
import {
  blobOf,
  imageOf,
  pullBlob,
  pushImage,
  type TestImage,
} from '../support/registry-images.ts';
import { startTokenServer, type TokenServer } from '../support/token-server.ts';

const IMPATIENT = {
  idleMs: 500,
  commitMs: 500,
  connectMs: 5000,
  firstDelayMs: 1,
  longestDelayMs: 4,
};
/** As often as the same thing is tried, no more faults come in a row, so that all can end well. */
const MOST_IN_A_ROW = 3;
/** Of each kind, five at a time; `FAULT_IMAGES=25` sends and fetches more. */
const IMAGES = Number(process.env.FAULT_IMAGES ?? 15);

/** Numbers in 0..1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomImage(random: () => number): TestImage {
  const layers = Array.from({ length: 1 + Math.floor(random() * 2) }, () => {
    const size = Math.floor(random() ** 3 * 200_000);
    const words = Math.ceil(size / 4);
    const bytes = Buffer.from(Uint32Array.from({ length: words }, () => random() * 2 ** 32).buffer);
    return bytes.subarray(0, size);
  });
  return imageOf(layers);
}

/** All that could be printed of an error. */
function shownOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = [error.stack, JSON.stringify(error, Object.getOwnPropertyNames(error))];
  return `${parts.join('\n')}${error.cause === undefined ? '' : shownOf(error.cause)}`;
}

/** An action until it works; what it throws meanwhile has to be fit to be shown. */
async function eventually<T>(errors: AppError[], action: () => Promise<T>): Promise<T> {
  for (let count = 0; ; count++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof AppError) || count === 19) throw error;
      errors.push(error);
    }
  }
}

async function pullImage(registries: Registries, reference: Reference): Promise<readonly string[]> {
  const { bytes, descriptor } = await registries.manifest(reference);
  expect(digestOf(bytes)).toBe(descriptor.digest);
  const { config, layers } = JSON.parse(Buffer.from(bytes).toString());
  const digests: string[] = [];
  for (const blob of [config, ...layers]) {
    const content = await pullBlob(registries, reference, blob);
    expect(digestOf(content)).toBe(blob.digest);
    digests.push(blob.digest);
  }
  return [descriptor.digest, ...digests];
}

interface Setting {
  readonly registry: TestRegistry;
  readonly proxy: FaultProxy;
  readonly logins: TestLogins;
  readonly env: Readonly<Record<string, string>>;
}

/** What the faulty proxy leads to. */
interface Kind {
  readonly basic?: boolean;
  readonly token?: TokenServer;
  readonly tls?: TestCertificate;
}

async function open(kind: Kind, random: () => number, share: number): Promise<Setting> {
  const { tls, token, basic = false } = kind;
  const registry = await startRegistry({ basic, ...(token && { token: token.settings }) });
  let inARow = 0;
  const proxy = await startFaultProxy({
    port: registry.port,
    tls,
    challenge: challengeOf(kind),
    choose: (): Fault | undefined => {
      const isFaulty = random() < share && (share === 1 || inARow < MOST_IN_A_ROW);
      inARow = isFaulty ? inARow + 1 : 0;
      if (!isFaulty) return undefined;
      const known = FAULTS.filter((fault) => fault !== 'status-401' || basic || token);
      return known[Math.floor(random() * known.length)];
    },
  });
  const withLogin = basic || token !== undefined;
  const login = passwordLogin(USER, PASSWORD);
  const logins = await keepLogins(withLogin ? { [proxy.name]: login, [registry.name]: login } : {});
  const env = { ...logins.env, ...(tls && { SSL_CERT_FILE: tls.certPath }) };
  return { registry, proxy, logins, env };
}

function challengeOf({ basic, token }: Kind): string | undefined {
  if (token === undefined) return basic === true ? 'Basic realm="tests"' : undefined;
  return `Bearer realm="${token.settings.realm}",service="${SERVICE}",error="invalid_token"`;
}

async function close({ registry, proxy, logins }: Setting): Promise<void> {
  await proxy[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await logins[Symbol.asyncDispose]();
}

let certificate: TestCertificate;
let tokens: TokenServer;
beforeAll(async () => {
  certificate = await makeCertificate();
  tokens = await startTokenServer();
});
afterAll(async () => {
  await certificate[Symbol.asyncDispose]();
  await tokens[Symbol.asyncDispose]();
});

function expectNoSecrets(errors: readonly AppError[]): void {
  const shown = errors.map(shownOf).join('\n');
  const basic = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
  for (const secret of [PASSWORD, basic, 'eyJ', '\u001b']) expect(shown).not.toContain(secret);
}

const KINDS: readonly [name: string, kind: () => Kind, seed: number][] = [
  ['plain', () => ({}), 1],
  ['with TLS', () => ({ tls: certificate }), 2],
  ['with TLS and passwords', () => ({ tls: certificate, basic: true }), 3],
  ['with tokens', () => ({ token: tokens }), 4],
];

describe.concurrent.each(KINDS)('a registry %s behind a faulty network', (_name, kind, seed) => {
  it('gives back what it was given, each time, and nothing else', async () => {
    const random = seeded(seed);
    const setting = await open(kind(), random, 0.3);
    try {
      const errors: AppError[] = [];
      const { env } = setting;
      await using faulty = openRegistries({ env }, { tuning: { ...IMPATIENT, random } });
      await using direct = openRegistries({ env });
      const round = async (number: number) => {
        const image = randomImage(random);
        const reference = parseReference(`${setting.proxy.name}/app/${number % 5}:${number}`);
        await eventually(errors, () => pushImage(faulty, reference, image));
        const digests = [image.manifest.descriptor, ...image.blobs.map((bytes) => blobOf(bytes))];
        const expected = digests.map(({ digest }) => digest);
        expect(await eventually(errors, () => pullImage(faulty, reference))).toEqual(expected);
        const itself = { ...reference, registry: setting.registry.name };
        expect(await pullImage(direct, itself)).toEqual(expected);
      };
      for (let first = 0; first < IMAGES; first += 5) {
        await Promise.all([0, 1, 2, 3, 4].map((more) => round(first + more)));
      }
      expect(setting.proxy.counts.size).toBeGreaterThanOrEqual(10);
      expectNoSecrets(errors);
    } finally {
      await close(setting);
    }
  });

  it('ends with an error to show when nothing works', async () => {
    const random = seeded(seed + 100);
    const setting = await open(kind(), random, 1);
    try {
      const tuning = { ...IMPATIENT, idleMs: 50, commitMs: 50, attempts: 3, random };
      await using registries = openRegistries({ env: setting.env }, { tuning });
      const image = randomImage(random);
      const reference = parseReference(`${setting.proxy.name}/app:1`);
      const blob = blobOf(image.blobs[0] ?? Buffer.of());
      const attempts = Array.from({ length: 12 }, (_, index) => {
        if (index % 3 === 0) return pushImage(registries, reference, image);
        return index % 3 === 1
          ? registries.manifest(reference)
          : pullBlob(registries, reference, blob);
      });
      const outcomes = await Promise.allSettled(attempts);
      const errors = outcomes.map((outcome) =>
        outcome.status === 'rejected' ? outcome.reason : new Error('it worked'),
      );
      for (const error of errors) expect(error).toBeInstanceOf(AppError);
      expectNoSecrets(errors);
    } finally {
      await close(setting);
    }
  });
});
