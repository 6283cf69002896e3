/** Whether a policy allows an image, and under which name what it allows is taken. */
import { AppError } from '../errors.ts';
import { familiarName, parseReference, type Reference, withDefaultTag } from '../oci/index.ts';
import { agrees, type Policy, requirementsOf, type SignatureRequirement } from '../policy/index.ts';
import type { Registries } from '../registry/index.ts';
import { attachedSignatures, decodeClaims, isSignedBy } from '../signature/index.ts';

/** The registry in names of images that one `bake` builds and uses. There is none of this name, so no other image has one. */
export const BUILT_TOGETHER = 'bake.invalid';

export interface Admission {
  readonly policy: Policy;
  /** Undefined: no registry can be asked, and nothing that must be signed can be used. */
  readonly registries: (() => Promise<Registries>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @returns the name to use in its place: with the digest that was signed, if it must be signed
 * @throws AppError POLICY_REFUSED; what the registry throws
 */
export async function admit(
  name: string,
  { policy, registries, signal }: Admission,
): Promise<string> {
  if (/^sha256:/.test(name)) {
    throw refused(policy, name, 'an image ID names no registry that the policy could allow');
  }
  const reference = withDefaultTag(parseReference(name));
  if (reference.registry === BUILT_TOGETHER) return name;
  const { scope, requirements } = requirementsOf(policy, reference);
  if (requirements.some(({ kind }) => kind === 'reject')) {
    throw refused(policy, name, `"${scope}" is rejected`);
  }
  const signed = requirements.filter((one) => one.kind === 'signed');
  if (signed.length === 0) return name;
  if (registries === undefined)
    throw refused(policy, name, 'no registry can be asked for its signature');
  const opened = await registries();
  const { registry, repository } = reference;
  const { digest } = await opened.resolve(reference, { signal });
  const where = { repository: { registry, repository }, digest, signal };
  const found = await attachedSignatures(opened, where);
  for (const requirement of signed) {
    const isMet = found.some(({ payload, signature }) => {
      const isTheirs = requirement.keys.some((key) => isSignedBy(payload, signature, key));
      return isTheirs && claims(payload, { requirement, reference, digest });
    });
    if (isMet) continue;
    const why =
      found.length === 0 ? 'it has no signature' : 'no signature of it meets the requirement';
    throw refused(policy, name, `"${scope}" must be signed, and ${why}`);
  }
  return familiarName({ registry, repository, digest });
}

interface Wanted {
  readonly requirement: SignatureRequirement;
  readonly reference: Reference;
  readonly digest: string;
}

function claims(payload: Uint8Array, { requirement, reference, digest }: Wanted): boolean {
  const said = decodeClaims(payload);
  return said.digest === digest && agrees(requirement.identity, said.reference, reference);
}

function refused(policy: Policy, name: string, why: string): AppError {
  return new AppError('POLICY_REFUSED', `the policy ${policy.name} refuses '${name}': ${why}`, {
    hint: 'use an image that the policy allows, or have it signed (`lamina sign`): see docs/policy.md',
  });
}
