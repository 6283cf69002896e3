export { findSecrets, type SecretLeak } from './find-secrets.ts';
export { formsOf, type SecretForm, type SecretText } from './secret-forms.ts';
export { SecretMask } from './secret-mask.ts';
