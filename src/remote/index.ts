export { type Download, type DownloadOptions, download, type Validators } from './download.ts';
export {
  type Checkout,
  type CheckoutOptions,
  checkOut,
  type GitSource,
  type ResolvedCommit,
  resolveCommit,
} from './git.ts';
export type { GitAccess, SshAccess } from './git-access.ts';
export type { GitSettings } from './git-command.ts';
export { type CheckoutFiles, checkoutItems } from './git-layer.ts';
export { type GitUrl, isHttpUrl, parseGitUrl } from './git-url.ts';
export { knownHostKeys, sshHostOf } from './known-hosts.ts';
