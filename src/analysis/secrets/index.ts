export { type FoundSecret, findSecrets } from './find-secrets.ts';
export { masked, type SecretBytes } from './own-secrets.ts';
export { SecretContents } from './secret-contents.ts';
export type { SecretKind } from './secret-patterns.ts';
export { withoutSecrets } from './secret-patterns.ts';
