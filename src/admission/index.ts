export { type Admission, admit, BUILT_TOGETHER } from './admit.ts';
export { loadPolicy } from './load-policy.ts';
