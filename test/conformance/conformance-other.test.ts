/** The cases of the topics in even places; see conformance.test.ts. */
import { testTopics } from './suite.ts';
import { topics } from './topics.ts';

testTopics(topics.filter((_, index) => index % 2 === 1));
