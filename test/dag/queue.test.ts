import { readQueues } from '../../dag/queue.ts';

test.each([
  ['default,gpu', ['default', 'gpu']],
  ['gpu, gpu', ['gpu']],
])('--queues %s', (text, queues) => {
  expect(readQueues(text)).toEqual(queues);
});

test.each(['', 'a b', 'x,', '-q'])('--queues %j is refused', (text) => {
  expect(() => readQueues(text)).toThrow(/is no name of a queue/);
});
