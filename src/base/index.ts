export { type DebianRelease, parseBaseName } from './base-name.ts';
export { type DebianBaseOptions, debianBase } from './debian-base.ts';
