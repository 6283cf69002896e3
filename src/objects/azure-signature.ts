/**
 * Signatures of Azure Storage with the key of an account.
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
import { createHmac } from 'node:crypto';

export interface AzureCall {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of the body. */
  readonly size: number;
}

export interface AzureKey {
  readonly account: string;
  /** In Base64. */
  readonly key: string;
}

const STANDARD = [
  ...['content-encoding', 'content-language', 'content-length', 'content-md5', 'content-type'],
  ...['date', 'if-modified-since', 'if-match', 'if-none-match', 'if-unmodified-since', 'range'],
];

/** @returns the headers to send */
export function signedForAzure(
  { method, url, headers, size }: AzureCall,
  { account, key }: AzureKey,
  now: Date,
): Record<string, string> {
  const all: Record<string, string> = { ...headers, 'x-ms-date': now.toUTCString() };
  const length = size === 0 ? '' : String(size);
  const own = Object.keys(all)
    .filter((name) => name.startsWith('x-ms-'))
    .sort();
  const parameters = [...url.searchParams]
    .map(([name, value]) => `\n${name.toLowerCase()}:${value}`)
    .sort();
  const text = [
    method,
    ...STANDARD.map((name) => (name === 'content-length' ? length : (all[name] ?? ''))),
    ...own.map((name) => `${name}:${all[name]}`),
    `/${account}${url.pathname}${parameters.join('')}`,
  ].join('\n');
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  return { ...all, authorization: `SharedKey ${account}:${signature}` };
}
