/** Names that variables with secrets have. */

const SECRET = new Set([
  ...['apikey', 'auth', 'credential', 'credentials', 'key', 'password', 'pword', 'passwd'],
  ...['secret', 'token'],
]);
const HARMLESS = new Set(['public', 'file', 'version']);

/** Whether a variable of this name may hold a secret. */
export function soundsSecret(name: string): boolean {
  const words = name.toLowerCase().split('_');
  return words.some((word) => SECRET.has(word)) && !words.some((word) => HARMLESS.has(word));
}
