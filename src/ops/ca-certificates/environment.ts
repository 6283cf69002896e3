/** Environment variables that tell programs which certificates to trust. */

/** Directory of the files in a step, inside its own /dev: no image has anything there. */
export const TRUST_DIRECTORY = '/dev/.lamina-ca';
export const BUNDLE_NAME = 'ca.pem';
export const JAVA_NAME = 'ca.jks';
export const APT_NAME = 'apt.conf';
export const WGET_NAME = 'wgetrc';
/** A directory with each added certificate. */
export const ADDED_NAME = 'added';

const BUNDLE = `${TRUST_DIRECTORY}/${BUNDLE_NAME}`;
const SCRIPT = `${TRUST_DIRECTORY}/after-dpkg`;

/**
 * A package installed by the step may bring a bundle without the added certificates: for programs without a variable.
 */
const AFTER_DPKG = `bundle=/etc/ssl/certs/ca-certificates.crt
[ -f $bundle ] || exit 0
for added in ${TRUST_DIRECTORY}/${ADDED_NAME}/*.crt; do
  [ -f "$added" ] || continue
  grep -qF "$(sed -n 3p "$added")" $bundle || cat "$added" >> $bundle
done
exit 0
`;

/** Files for programs that need one in their own configuration. */
export const CONFIGURATIONS: readonly (readonly [name: string, content: string])[] = [
  [
    APT_NAME,
    `Acquire::https::CaInfo "${BUNDLE}";
DPkg::Post-Invoke { "[ ! -f ${SCRIPT} ] || sh ${SCRIPT}"; };
`,
  ],
  ['after-dpkg', AFTER_DPKG],
  [WGET_NAME, `ca_certificate = ${BUNDLE}\n`],
];

const VARIABLES: readonly (readonly [name: string, value: string])[] = [
  // OpenSSL and programs built on it (Python, Ruby, PHP), Go, Rust.
  ['SSL_CERT_FILE', BUNDLE],
  ['CURL_CA_BUNDLE', BUNDLE],
  ['GIT_SSL_CAINFO', BUNDLE],
  // Node.js adds these to its own; npm, pnpm and yarn run on it.
  ['NODE_EXTRA_CA_CERTS', BUNDLE],
  ['DENO_CERT', BUNDLE],
  ['PIP_CERT', BUNDLE],
  ['REQUESTS_CA_BUNDLE', BUNDLE],
  ['AWS_CA_BUNDLE', BUNDLE],
  ['CARGO_HTTP_CAINFO', BUNDLE],
  ['NIX_SSL_CERT_FILE', BUNDLE],
  ['APT_CONFIG', `${TRUST_DIRECTORY}/${APT_NAME}`],
  ['WGETRC', `${TRUST_DIRECTORY}/${WGET_NAME}`],
];

const JAVA_OPTIONS = 'JAVA_TOOL_OPTIONS';
const JAVA_TRUST_STORE = 'javax.net.ssl.trustStore';
export const JAVA_OPTION = `-D${JAVA_TRUST_STORE}=${TRUST_DIRECTORY}/${JAVA_NAME}`;

/**
 * Adds the variables that are not set. Java's options are added to existing ones, unless those name a trust store
 * themselves.
 * @param env `NAME=value`
 */
export function withTrustVariables(env: readonly string[]): readonly string[] {
  const names = new Set(env.map((line) => line.slice(0, line.indexOf('='))));
  const added = VARIABLES.filter(([name]) => !names.has(name)).map(
    ([name, value]) => `${name}=${value}`,
  );
  if (!names.has(JAVA_OPTIONS)) return [...env, ...added, `${JAVA_OPTIONS}=${JAVA_OPTION}`];
  const isOpen = (line: string) =>
    line.startsWith(`${JAVA_OPTIONS}=`) && !line.includes(JAVA_TRUST_STORE);
  return [...env.map((line) => (isOpen(line) ? `${line} ${JAVA_OPTION}` : line)), ...added];
}
