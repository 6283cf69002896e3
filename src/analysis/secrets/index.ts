export { type FoundSecret, findSecrets } from './find-secrets.ts';
export { SecretContents } from './secret-contents.ts';
export type { SecretKind } from './secret-patterns.ts';
