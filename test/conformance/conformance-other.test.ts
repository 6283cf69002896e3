/** The cases of the topics at even positions; see conformance.test.ts. */
import { testTopics } from './suite.ts';
import { topics } from './topics.ts';

testTopics(topics.filter((_, index) => index % 2 === 1));
