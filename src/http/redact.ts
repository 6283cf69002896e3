/** Removes credentials from URLs in everything that is shown or stored. */

const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)([^\s/?#@]*)@/gi;

/** Replaces the passwords of all URLs in a text, and lone user names, which are often tokens. */
export function redactUrls(text: string): string {
  return text.replace(USER_INFO, (whole, scheme: string, userInfo: string) => {
    const colon = userInfo.indexOf(':');
    if (colon >= 0) return `${scheme}${userInfo.slice(0, colon)}:xxxxx@`;
    // `ssh://git@host`: an account name is no secret.
    return /^(?:git\+)?ssh:/i.test(scheme) || userInfo === 'git' ? whole : `${scheme}xxxxx@`;
  });
}

/** As `redactUrls`, but keeps the length, for texts with marked ranges. */
export function maskUrls(text: string): string {
  return text.replace(USER_INFO, (whole, scheme: string, userInfo: string) => {
    if (redactUrls(whole) === whole) return whole;
    const kept = userInfo.includes(':') ? userInfo.indexOf(':') + 1 : 0;
    return `${scheme}${userInfo.slice(0, kept)}${'*'.repeat(userInfo.length - kept)}@`;
  });
}

/** Shorter secrets occur in ordinary words. */
const MIN_SECRET = 4;

/** Masks the given secrets in a text. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= MIN_SECRET);
  return known.reduce((masked, secret) => masked.replaceAll(secret, 'xxxxx'), text);
}

export interface SplitUrl {
  /** Without user name and password. */
  readonly url: URL;
  /** Value of an Authorization header, if the URL had credentials. */
  readonly authorization: string | undefined;
}

/** Splits a URL into the URL without credentials and an Authorization header. */
export function splitCredentials(given: URL): SplitUrl {
  const url = new URL(given);
  const { username, password } = url;
  if (username === '' && password === '') return { url, authorization: undefined };
  url.username = '';
  url.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
}
