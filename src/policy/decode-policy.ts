/** Reads a policy file. */
import { AppError } from '../errors.ts';
import { parseReference } from '../oci/index.ts';
import { readPublicKey } from '../signature/index.ts';
import type { IdentityMatch, Policy, Requirement, SignatureRequirement } from './policy.ts';

export interface PolicyFile {
  /** For messages. */
  readonly name: string;
  readonly text: string;
  /** Reads a key that the policy names. @throws AppError */
  readonly keyAt: (path: string) => string;
}

/** @throws AppError POLICY_INVALID, SIGNATURE_KEY_INVALID */
export function decodePolicy(file: PolicyFile): Policy {
  const decoder = new Decoder(file);
  const document = decoder.object(decoder.json(), 'the policy', ['default', 'transports']);
  const transports = Object(document.transports);
  const scopes = Object.entries(Object(transports.docker));
  return {
    name: file.name,
    fallback: decoder.requirements(document.default, 'default'),
    scopes: new Map(
      scopes.map(([scope, value]) => [scope, decoder.requirements(value, `docker: "${scope}"`)]),
    ),
  };
}

class Decoder {
  readonly #file: PolicyFile;

  constructor(file: PolicyFile) {
    this.#file = file;
  }

  json(): unknown {
    try {
      return JSON.parse(this.#file.text);
    } catch (cause) {
      const detail = cause instanceof Error ? `: ${cause.message}` : '';
      throw this.#invalid(`it is not JSON${detail}`, undefined, cause);
    }
  }

  object(value: unknown, where: string, known: readonly string[]): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#invalid(`${where} is not an object`);
    }
    const unknown = Object.keys(value).find((name) => !known.includes(name));
    // What is not understood might be a limit.
    if (unknown !== undefined) {
      throw this.#invalid(`${where} has the unknown field "${unknown}"`, known.join(', '));
    }
    return { ...value };
  }

  requirements(value: unknown, where: string): readonly Requirement[] {
    if (Array.isArray(value) && value.length > 0) {
      return value.map((one) => this.#requirement(one, where));
    }
    throw this.#invalid(`${where} has no requirement`, '[{"type": "reject"}], for example');
  }

  #requirement(value: unknown, where: string): Requirement {
    const { type } = Object(value);
    if (type === 'insecureAcceptAnything') return this.#bare(value, where, { kind: 'accept' });
    if (type === 'reject') return this.#bare(value, where, { kind: 'reject' });
    if (type === 'sigstoreSigned') return this.#signed(value, where);
    throw this.#invalid(
      `${where} requires "${String(type)}", which lamina cannot verify`,
      'insecureAcceptAnything, reject or sigstoreSigned with a key',
    );
  }

  #bare(value: unknown, where: string, requirement: Requirement): Requirement {
    this.object(value, where, ['type']);
    return requirement;
  }

  #signed(value: unknown, where: string): SignatureRequirement {
    const fields = this.object(value, where, [
      'type',
      ...['keyPath', 'keyPaths', 'keyData', 'keyDatas', 'signedIdentity'],
    ]);
    const paths = this.#texts([fields.keyPath, fields.keyPaths], where);
    const data = this.#texts([fields.keyData, fields.keyDatas], where);
    const pems = [
      ...paths.map((path) => this.#file.keyAt(path)),
      ...data.map((text) => Buffer.from(text, 'base64').toString('latin1')),
    ];
    if (pems.length === 0)
      throw this.#invalid(`${where} requires a signature, but names no key`, 'keyPath');
    return {
      kind: 'signed',
      keys: pems.map(readPublicKey),
      identity: this.#identity(fields.signedIdentity, where),
    };
  }

  #texts(values: readonly unknown[], where: string): readonly string[] {
    const texts = values.flat().filter((value) => value !== undefined);
    if (texts.every((text) => typeof text === 'string')) return texts;
    throw this.#invalid(`${where} has a key that is not a text`);
  }

  #identity(value: unknown, where: string): IdentityMatch {
    if (value === undefined) return { kind: 'repository-by-digest' };
    const { type, dockerReference, dockerRepository, prefix, signedPrefix } = Object(value);
    switch (type) {
      case 'matchExact':
        return { kind: 'exact' };
      case 'matchRepository':
        return { kind: 'repository' };
      case 'matchRepoDigestOrExact':
        return { kind: 'repository-by-digest' };
      case 'exactReference':
        return { kind: 'exact-reference', name: this.#name(dockerReference, where) };
      case 'exactRepository':
        return { kind: 'exact-repository', name: this.#name(dockerRepository, where) };
      case 'remapIdentity': {
        const [from, to] = [this.#name(prefix, where), this.#name(signedPrefix, where)];
        return { kind: 'remap', prefix: from, signedPrefix: to };
      }
      default:
        throw this.#invalid(
          `${where} has the unknown signedIdentity "${String(type)}"`,
          'matchRepository',
        );
    }
  }

  #name(value: unknown, where: string): string {
    try {
      if (typeof value === 'string') {
        parseReference(value);
        return value;
      }
    } catch {
      // said below
    }
    throw this.#invalid(`${where} has a signedIdentity without a valid name`);
  }

  #invalid(why: string, expected?: string, cause?: unknown): AppError {
    return new AppError('POLICY_INVALID', `the policy ${this.#file.name} cannot be used: ${why}`, {
      expected,
      hint: 'its form is containers-policy.json: see docs/policy.md',
      cause,
    });
  }
}
