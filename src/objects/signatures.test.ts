import { expect, it } from 'vitest';
import { encodedKey, signedForAws } from './aws-signature.ts';
import { signedForAzure } from './azure-signature.ts';

it('signs requests of S3 as its documentation does', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
  const call = {
    method: 'GET',
    url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
    headers: { range: 'bytes=0-9' },
    hasBody: false,
  };
  const credentials = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  const options = { region: 'us-east-1', now: new Date('2013-05-24T00:00:00Z') };
  expect(signedForAws(call, credentials, options).authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, ' +
      'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
  const withToken = signedForAws(call, { ...credentials, sessionToken: 'token' }, options);
  expect(withToken['x-amz-security-token']).toBe('token');
  expect(withToken.authorization).toContain(';x-amz-security-token,');
  const upload = signedForAws({ ...call, method: 'PUT', hasBody: true }, credentials, options);
  expect(upload['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
});

it('encodes keys as the signature wants them', () => {
  expect(encodedKey("a b/blobs/sha256:0'(1)*!~")).toBe('a%20b/blobs/sha256%3A0%27%281%29%2A%21~');
});

it('signs what Azure looks at: another path, query or header is another signature', () => {
  const url = new URL('https://account.blob.core.windows.net/container/blobs/sha256:0');
  const key = { account: 'account', key: Buffer.from('key').toString('base64') };
  const sign = (change: object) => {
    const call = { method: 'GET', url, headers: { 'x-ms-version': '2021-12-02' }, size: 0 };
    return signedForAzure({ ...call, ...change }, key, new Date(0)).authorization;
  };
  const signatures = [
    sign({}),
    sign({ method: 'PUT' }),
    sign({ size: 3 }),
    sign({ headers: { 'x-ms-version': '2020-12-06' } }),
    sign({ headers: { 'x-ms-version': '2021-12-02', 'if-none-match': '*' } }),
    sign({ url: new URL('?restype=container', url) }),
  ];
  expect(new Set(signatures).size).toBe(signatures.length);
  expect(signatures[0]).toMatch(/^SharedKey account:[A-Za-z0-9+/]{43}=$/);
});
