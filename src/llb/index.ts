export { compareBytes, sortedBytes } from './byte-order.ts';
export type { LlbNode, LlbState } from './node.ts';
export type * from './op.ts';
export { type LlbFacts, LlbTranslator } from './translate.ts';
