import { describe, expect, it } from 'vitest';
import { withTrustVariables } from './environment.ts';

const STORE = '-Djavax.net.ssl.trustStore=/dev/.lamina-ca/ca.jks';

describe('variables that name certificates', () => {
  it('are added after those the step has', () => {
    const env = withTrustVariables(['PATH=/bin']);
    expect(env[0]).toBe('PATH=/bin');
    expect(env).toContain('SSL_CERT_FILE=/dev/.lamina-ca/ca.pem');
    expect(env).toContain(`JAVA_TOOL_OPTIONS=${STORE}`);
  });

  it('keep values that the image or the step sets', () => {
    const env = withTrustVariables(['PIP_CERT=/own.pem', 'CURL_CA_BUNDLE=']);
    expect(env.filter((line) => /^(PIP_CERT|CURL_CA_BUNDLE)=/.test(line))).toEqual([
      'PIP_CERT=/own.pem',
      'CURL_CA_BUNDLE=',
    ]);
  });

  it("join Java's other options", () => {
    expect(withTrustVariables(['JAVA_TOOL_OPTIONS=-Xmx1g'])[0]).toBe(
      `JAVA_TOOL_OPTIONS=-Xmx1g ${STORE}`,
    );
    const own = 'JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=/own.jks';
    expect(withTrustVariables([own])[0]).toBe(own);
  });
});
