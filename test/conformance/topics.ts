/** All cases. */
import type { Topic } from './case.ts';
import { args } from './cases/args.ts';
import { directives } from './cases/directives.ts';
import { expansion } from './cases/expansion.ts';
import { from } from './cases/from.ts';
import { heredocs } from './cases/heredocs.ts';
import { lexical } from './cases/lexical.ts';
import { metadata } from './cases/metadata.ts';

export const topics: readonly Topic[] = [
  lexical,
  directives,
  expansion,
  heredocs,
  from,
  args,
  metadata,
];
