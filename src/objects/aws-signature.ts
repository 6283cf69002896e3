/**
 * Signature version 4 of S3 requests. Bodies are not part of it: blobs are verified by their digests.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignedCall {
  readonly method: string;
  /** Its path is encoded as the signature wants it: see `encodedKey`. */
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly hasBody: boolean;
}

const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** @returns the headers to send */
export function signedForAws(
  { method, url, headers, hasBody }: SignedCall,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  { region, now }: { readonly region: string; readonly now: Date },
): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const body = hasBody ? UNSIGNED : sha256('');
  const all: Record<string, string> = {
    ...headers,
    host: url.host,
    'x-amz-content-sha256': body,
    'x-amz-date': time,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(all).sort();
  const list = names.join(';');
  const request = [
    method,
    url.pathname,
    '',
    ...names.map((name) => `${name}:${all[name]?.trim()}`),
    '',
    list,
    body,
  ].join('\n');
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, text).toString('hex');
  const credential = `Credential=${accessKeyId}/${scope}`;
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${list}, Signature=${signature}`,
  };
}

/** A key as a path: everything but letters, digits and `-._~/` is encoded. */
export function encodedKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
