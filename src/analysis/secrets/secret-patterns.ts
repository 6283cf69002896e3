/** What secrets look like. Each pattern is strict enough that documentation and test data seldom match. */
import { withoutValues } from './command-values.ts';

/** The kind of a secret. */
export type SecretKind =
  /** A secret of the build, which was given to look for. */
  | 'build-secret'
  | 'private-key'
  | 'aws-key'
  | 'azure-key'
  | 'github-token'
  | 'gitlab-token'
  | 'google-key'
  | 'npm-token'
  | 'pypi-token'
  | 'slack-token'
  | 'stripe-key'
  | 'sendgrid-key'
  | 'huggingface-token'
  | 'openai-key'
  | 'anthropic-key'
  | 'docker-login'
  | 'netrc-login'
  | 'git-credentials'
  | 'url-password'
  | 'authorization-header'
  | 'kubernetes-token'
  | 'env-file'
  | 'named-value';

interface Pattern {
  readonly kind: SecretKind;
  readonly pattern: RegExp;
}

const TOKENS: readonly Pattern[] = [
  {
    kind: 'private-key',
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:\\n|[\r\n ]{1,4})(?:[A-Za-z-]{1,40}: [^\n]{0,200}\n){0,8}[\r\n]{0,4}[A-Za-z0-9+/=]{20}[A-Za-z0-9+/=\r\n\\]{40}/,
  },
  { kind: 'aws-key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { kind: 'aws-key', pattern: /aws_secret_access_key[ \t]*[=:][ \t]*["']?[A-Za-z0-9/+]{40}\b/i },
  { kind: 'azure-key', pattern: /AccountKey=[A-Za-z0-9+/]{86}==/ },
  { kind: 'github-token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b/ },
  { kind: 'github-token', pattern: /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/ },
  { kind: 'gitlab-token', pattern: /\bgl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_-]{20,}/ },
  { kind: 'google-key', pattern: /\bAIza[0-9A-Za-z_-]{35}\b/ },
  { kind: 'npm-token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { kind: 'pypi-token', pattern: /\bpypi-AgE[A-Za-z0-9_-]{50,}/ },
  { kind: 'slack-token', pattern: /\bxox[baprs]-[0-9A-Za-z-]{20,}/ },
  { kind: 'stripe-key', pattern: /\b[sr]k_live_[0-9A-Za-z]{24,}/ },
  { kind: 'sendgrid-key', pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/ },
  { kind: 'huggingface-token', pattern: /\bhf_[A-Za-z0-9]{34}\b/ },
  { kind: 'openai-key', pattern: /\bsk-(?:proj-)?[A-Za-z0-9_-]{20}T3BlbkFJ[A-Za-z0-9_-]{20}/ },
  { kind: 'anthropic-key', pattern: /\bsk-ant-[a-z0-9]+-[A-Za-z0-9_-]{80,}/ },
  {
    kind: 'authorization-header',
    pattern:
      /\bAuthorization:[ \t]*(?:Bearer|Basic|token)[ \t]+[A-Za-z0-9+/][A-Za-z0-9._~+/=-]{15}/i,
  },
  {
    kind: 'url-password',
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"$<{]{1,200}:[^\s/:@'"$<{]{3,200}@[a-z0-9]/i,
  },
];

/** Cheap to look for: without one of these, no pattern can match. */
const HINT =
  /PRIVATE KEY|Authorization:|AKIA|ASIA|aws_secret|AccountKey=|gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt|cbt)-|AIza|npm_|pypi-AgE|xox[baprs]-|k_live_|SG\.|hf_|sk-|:\/\/[^\s/:@]{1,200}:[^\s/@]{1,200}@/i;

/** @returns each kind once */
export function secretsInText(text: string): SecretKind[] {
  if (!HINT.test(text)) return [];
  return [...new Set(TOKENS.flatMap(({ kind, pattern }) => (pattern.test(text) ? kind : [])))];
}

/** Replaces what looks like a secret in a text to be shown: tokens, and values that are named like secrets. */
export function withoutSecrets(text: string): string {
  const withoutTokens = TOKENS.reduce(
    (rest, { pattern }) => rest.replace(new RegExp(pattern, `${pattern.flags}g`), '***'),
    text,
  );
  return withoutValues(withoutTokens, isNamedSecret);
}

interface NamedFile extends Pattern {
  /** Of the whole path. */
  readonly path: RegExp;
}

/** Files that exist to hold logins; the pattern tells whether this one does. */
const FILES: readonly NamedFile[] = [
  {
    kind: 'npm-token',
    path: /(?:^|\/)\.(?:npmrc|yarnrc|yarnrc\.yml)$/,
    pattern:
      /(?:_authToken|_auth|_password|npmAuthToken|npmAuthIdent)["']?[ \t]*[=:][ \t]*["']?(?![\s$"'])\S/,
  },
  { kind: 'pypi-token', path: /(?:^|\/)\.pypirc$/, pattern: /^[ \t]*password[ \t]*[=:][ \t]*\S/m },
  { kind: 'netrc-login', path: /(?:^|\/)[._]netrc$/, pattern: /\bpassword[ \t]+\S/ },
  {
    kind: 'git-credentials',
    path: /(?:^|\/)\.git-credentials$/,
    pattern: /:\/\/[^\s:@]{1,200}:[^\s@]{1,200}@/,
  },
  {
    kind: 'git-credentials',
    path: /(?:^|\/)\.git\/config$/,
    pattern: /:\/\/[^\s/@]{1,200}@|extraheader[ \t]*=[ \t]*\S/i,
  },
  {
    kind: 'docker-login',
    path: /(?:^|\/)(?:\.docker\/config\.json|\.dockercfg|containers\/auth\.json)$/,
    pattern: /"(?:auth|identitytoken|registrytoken)"\s*:\s*"[^"]/,
  },
  {
    kind: 'aws-key',
    path: /(?:^|\/)\.aws\/credentials$/,
    pattern: /aws_secret_access_key[ \t]*=[ \t]*\S/,
  },
  {
    kind: 'kubernetes-token',
    path: /(?:^|\/)(?:\.kube\/config|kubeconfig)$/,
    pattern: /^[ \t-]*(?:token|client-key-data|password):[ \t]*\S/m,
  },
  {
    kind: 'env-file',
    path: /(?:^|\/)\.env(?:\.[^/]+)?$/,
    pattern:
      /^[ \t]*(?:export[ \t]+)?\w{0,80}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIAL)\w{0,80}[ \t]*=[ \t]*["']?(?![\s"'$<])\S/im,
  },
];

/** Examples of such files say so in their names. */
const EXAMPLE = /\.(?:example|sample|template|dist|defaults?)$/;

export function isSecretFile(path: string): boolean {
  return !EXAMPLE.test(path) && FILES.some((file) => file.path.test(path));
}

/** @returns kinds by the name of the file and by what any text may hold, each once */
export function secretsInFile(path: string, text: string): SecretKind[] {
  const named = EXAMPLE.test(path)
    ? []
    : FILES.flatMap((file) => (file.path.test(path) && file.pattern.test(text) ? file.kind : []));
  return [...new Set([...named, ...secretsInText(text)])];
}

const NAME =
  /(?:^|_|-|\.)(?:PASSWORD|PASSWD|PWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?|AUTH)(?:$|_|-|\.)/i;
/** They point to a secret, or say something about one. */
const NO_SECRET_NAME =
  /(?:_FILE|_PATH|_DIR|_URL|_ID|_TTL|_TYPE|_NAME|_LENGTH|_TIMEOUT|_SOCK|^PWD|^OLDPWD|_PUBLIC_?KEY|^GPG_?KEYS?)$/i;
const NO_SECRET_VALUE =
  /^(?:|true|false|yes|no|none|null|\d{1,4}|\$\{?\w+\}?|\*+|x+|<[^>]*>|changeme|example)$/i;

function isNamedSecret(name: string, value: string): boolean {
  if (!NAME.test(name) || NO_SECRET_NAME.test(name) || NO_SECRET_VALUE.test(value)) return false;
  return !value.startsWith('/');
}

/** A variable, argument or label. @returns undefined when neither its name nor its value looks like a secret */
export function secretInValue(name: string, value: string): SecretKind | undefined {
  const [kind] = secretsInText(value);
  if (kind !== undefined) return kind;
  return isNamedSecret(name, value) ? 'named-value' : undefined;
}
