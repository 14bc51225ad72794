import { openExchange, type Letter } from '../../../activities/temporal/exchange.ts';
import type { RunEnded, Turn, TurnRequest } from '../../../activities/temporal/port.ts';

const ticket = { dagId: 'some', runType: 'manual', logicalDate: 0 } as const;
const ask = (runId: string): TurnRequest => ({ ...ticket, runId, executionId: runId, maxActiveRuns: 1 });
const end = (runId: string): RunEnded => ({ ...ticket, runId, executionId: runId, state: 'success' });
const idsOf = ({ asks, ends }: Letter<TurnRequest, RunEnded>): readonly string[] =>
  [...asks, ...ends].map(({ runId }) => runId);

describe('the exchange with a controller', () => {
  test('sends the first at once, and what comes meanwhile in one letter after it', async () => {
    const sent: (readonly string[])[] = [];
    const exchange = openExchange<TurnRequest, Turn, RunEnded>(async (_, letter) => {
      sent.push(idsOf(letter));
      await new Promise(setImmediate);
      return letter.asks.map(({ runId }) => ({ go: false, reason: 'max_active_runs', ahead: Number(runId) }));
    });
    const answers = await Promise.all([
      ...['1', '2', '3'].map((id) => exchange.ask('some', ask(id))),
      exchange.tell('some', end('4')),
      exchange.ask('other', ask('5')),
    ]);
    expect(sent).toEqual([['1'], ['5'], ['2', '3', '4']]);
    expect(answers.map((turn) => (turn !== undefined && 'ahead' in turn ? turn.ahead : turn))).toEqual([
      1,
      2,
      3,
      undefined,
      5,
    ]);
    await exchange.tell('some', end('6'));
    expect(sent.at(-1)).toEqual(['6']);
  });

  test('fails those whose letter was lost, and no others', async () => {
    let letters = 0;
    const exchange = openExchange<TurnRequest, Turn, RunEnded>(async (_, { asks }) => {
      if (++letters === 1) throw new Error('away');
      return asks.map(() => ({ go: true }));
    });
    const [first, second] = await Promise.allSettled([exchange.ask('some', ask('1')), exchange.ask('some', ask('2'))]);
    expect([first, second]).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: { go: true } }]);
  });
});
