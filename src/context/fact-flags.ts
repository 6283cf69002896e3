/** What is known about one host file. */
export const HAS_DIGEST = 1;
/** It has no xattrs. */
export const IS_PLAIN = 2;
/** Whether to keep it for other builds; only in facts of this build. */
export const IS_LASTING = 4;
/** Whether this build has begun facts about it; only there. */
export const IS_KNOWN = 8;

export const DIGEST_PREFIX = 'sha512-256:';
export const DIGEST_BYTES = 32;
