/** What commands about attestations share. */
import type { AttachedStatement } from '../api/index.ts';
import { AppError } from '../errors.ts';
import type { CommandContext } from './command.ts';
import type { FlagTable } from './flags.ts';

export const ATTESTED_IMAGE =
  'IMAGE is a name in a registry, oci:DIRECTORY[:TAG] or oci-archive:FILE[:TAG]. The store keeps no attestations.';

export const attestationFlags = {
  type: {
    kind: 'text',
    value: 'type',
    help: 'only those of a type: sbom, provenance, or the URI of a predicate',
  },
} as const satisfies FlagTable;

/** Short names of the usual predicates. */
const TYPES: Readonly<Record<string, RegExp>> = {
  sbom: /spdx|cyclonedx/i,
  provenance: /slsa\.dev\/provenance/,
};

/** The statements of a type; undefined: all. */
export async function attachedStatements(
  image: string,
  type: string | undefined,
  context: CommandContext,
): Promise<readonly AttachedStatement[]> {
  const api = await context.api();
  const all = await api.listAttestations({ image, signal: context.signal });
  if (type === undefined) return all;
  const pattern = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  return all.filter(({ predicateType }) =>
    pattern === undefined ? predicateType === type : pattern.test(predicateType),
  );
}

/** The same, at least one. @throws AppError ATTESTATION_NOT_FOUND */
export async function requiredStatements(
  image: string,
  type: string | undefined,
  context: CommandContext,
): Promise<readonly AttachedStatement[]> {
  const found = await attachedStatements(image, type, context);
  if (found.length > 0) return found;
  throw new AppError('ATTESTATION_NOT_FOUND', `'${image}' has no such attestation`, {
    hint: '`lamina attest ls IMAGE` lists them; `lamina build --sbom --provenance --push` attaches them',
  });
}
