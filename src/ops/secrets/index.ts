export { findSecrets, type SecretLeak } from './find-secrets.ts';
export type { SecretText } from './secret-forms.ts';
export { SecretMask } from './secret-mask.ts';
