/** Policies: which images a build may use, and by whom they must be signed. */
export { decodePolicy, type PolicyFile } from './decode-policy.ts';
export { agrees } from './identity.ts';
export type { IdentityMatch, Policy, Requirement, SignatureRequirement } from './policy.ts';
export { type Applying, requirementsOf } from './requirements.ts';
