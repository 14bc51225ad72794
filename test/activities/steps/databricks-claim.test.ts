import fc from 'fast-check';
import type { Databricks, DatabricksRun } from '../../../activities/databricks/port.ts';
import { AdapterError } from '../../../activities/shared/adapter-error.ts';
import type { ObjectStore } from '../../../activities/shared/object-store.ts';
import { claimRun, tokenOf, type ClaimHolder } from '../../../activities/steps/databricks-claim.ts';

const place = { dagId: 'd', runId: 'r', taskId: 't', mapIndex: -1 };

/** A run of the workspace below: it goes on until somebody ends it. */
interface ModelRun {
  readonly id: number;
  readonly token: string;
  state: 'going' | 'ending' | 'ended';
}

/** A workspace and a bucket, in memory, whose every call is let through by `gate`, before it has its effect and before it is answered. */
function model(gate: (what: string) => Promise<void>) {
  const runs: ModelRun[] = [];
  const objects = new Map<string, { readonly body: Buffer; readonly version: string }>();
  /** Runs that the bucket knows of, or did. */
  const known = new Set<number | null>();
  /** Most runs that went on at one time. */
  let most = 0;
  let versions = 0;
  const put = (key: string, body: Uint8Array): void => {
    known.add((JSON.parse(Buffer.from(body).toString('utf8')) as { readonly runId: number | null }).runId);
    objects.set(key, { body: Buffer.from(body), version: String(++versions) });
  };
  const through = async <Result>(what: string, effect: () => Result): Promise<Result> => {
    await gate(what);
    const result = effect();
    await gate(`the answer to ${what}`);
    return result;
  };
  const store: Pick<ObjectStore, 'get' | 'create' | 'replaceVersion'> = {
    get: (key) => {
      const info = { key, size: 0, lastModified: new Date(0), metadata: {}, contentEncoding: undefined };
      return through('get', () => {
        const found = objects.get(key);
        return found && { ...info, ...found };
      });
    },
    create: (key, body) =>
      through('create', () => {
        if (objects.has(key)) return 'exists';
        put(key, body);
        return 'created';
      }),
    replaceVersion: (key, body, version) =>
      through('replace', () => {
        if (objects.get(key)?.version !== version) return 'changed';
        put(key, body);
        return 'replaced';
      }),
  };
  const start = (token: string): Promise<number> =>
    through('submit', () => {
      const found = runs.find((run) => run.token === token);
      if (found !== undefined) return found.id;
      runs.push({ id: runs.length + 1, token, state: 'going' });
      most = Math.max(most, runs.filter(({ state }) => state !== 'ended').length);
      return runs.length;
    });
  const databricks: Pick<Databricks, 'run' | 'cancel'> = {
    run: (runId) =>
      through('look', (): DatabricksRun => {
        const { state } = runs[runId - 1] ?? { state: 'ended' };
        const seen = { runId, pageUrl: null, stateText: state, tasks: [], repairIds: [], jobParameters: {} };
        return { ...seen, isEnding: state === 'ending', ...(state === 'ended' && { verdict: 'success' }) };
      }),
    cancel: (runId) =>
      through('cancel', () => {
        const run = runs[runId - 1];
        if (run?.state === 'going') run.state = 'ending';
      }),
  };
  const claim = (holder: ClaimHolder, order = 'the same', signal = new AbortController().signal): Promise<number> =>
    claimRun(store as ObjectStore, databricks as Databricks, {
      place,
      call: 'notebook /a #1',
      holder,
      order,
      namespace: 'n',
      start,
      signal,
    });
  const end = (): void => {
    for (const run of runs) run.state = 'ended';
  };
  return { runs, known, claim, end, mostAtOnce: () => most };
}

const holder = (since: number, tryNumber: number): ClaimHolder => ({ execution: `e${since}`, since, tryNumber });
const open = (): Promise<void> => Promise.resolve();

test('a token is 64 hexadecimal digits, the same for every attempt, and another for all else', () => {
  const one = fc.record({
    nonce: fc.string(),
    namespace: fc.string(),
    runId: fc.string(),
    taskId: fc.string(),
    mapIndex: fc.integer({ min: -1 }),
    call: fc.string(),
    generation: fc.integer({ min: 1 }),
  });
  const token = ({ nonce, generation, namespace, call, ...at }: Parameters<Parameters<typeof one.map>[0]>[0]): string =>
    tokenOf({ namespace, call, place: { dagId: 'd', ...at } }, { nonce, generation });
  fc.assert(
    fc.property(one, one, (a, b) => {
      expect(token(a)).toMatch(/^[\da-f]{64}$/);
      expect(token({ ...a })).toBe(token(a));
      expect(token(a) === token(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test('attempts of a try have one run, and the next try another when that has ended, whoever saw it', async () => {
  const { claim, end, runs } = model(open);
  expect([await claim(holder(1, 1)), await claim(holder(1, 1))]).toEqual([1, 1]);
  end();
  // Its end is this try's, however late it asks.
  expect(await claim(holder(1, 1))).toBe(1);
  expect(await claim(holder(1, 2))).toBe(2);
  expect(runs).toHaveLength(2);
});

test('a run that goes on is taken over by the next try, the next execution, and one that was reset', async () => {
  const { claim, end, runs } = model(open);
  await claim(holder(1, 3));
  expect(await claim(holder(1, 4))).toBe(1);
  expect(await claim(holder(2, 1))).toBe(1);
  expect(await claim({ execution: 'reset', since: 2, tryNumber: 1 })).toBe(1);
  end();
  expect(await claim(holder(3, 1))).toBe(2);
  expect(runs).toHaveLength(2);
});

test('one that was asked for otherwise is cancelled first, and so is waited for, as one that somebody has cancelled is', async () => {
  const { claim, end, runs } = model(open);
  await claim(holder(1, 1), 'one day');
  const refusal = { code: 'conflict', canRetry: true, message: expect.stringContaining('is being cancelled') };
  await expect(claim(holder(2, 1), 'another day')).rejects.toMatchObject(refusal);
  expect(runs).toMatchObject([{ state: 'ending' }]);
  await expect(claim(holder(2, 1), 'one day')).rejects.toMatchObject(refusal);
  end();
  expect(await claim(holder(2, 1), 'another day')).toBe(2);
});

test('an attempt of a try that is over starts nothing', async () => {
  const { claim, end, runs } = model(open);
  await claim(holder(1, 1));
  await claim(holder(2, 1));
  end();
  for (const late of [holder(1, 1), holder(1, 9)])
    await expect(claim(late)).rejects.toMatchObject({ code: 'conflict', canRetry: false });
  expect(runs).toHaveLength(1);
});

test('the same task of another installation has a run of its own', async () => {
  const [one, other] = [model(open), model(open)];
  await one.claim(holder(1, 1));
  await other.claim(holder(1, 1));
  expect(one.runs[0]?.token).not.toBe(other.runs[0]?.token);
});

/** What happens next: a try (the same again, or the next) asks, a call goes on or dies, or what runs in the workspace ends. */
type Move =
  | { readonly kind: 'ask'; readonly next: boolean; readonly order: string }
  | { readonly kind: 'go' | 'die'; readonly which: number }
  | { readonly kind: 'end' };

const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      next: fc.boolean(),
      order: fc.constantFrom('a', 'a', 'b'),
    }),
  },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('go' as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'end' as const }) },
);

test('whatever dies, comes late or is done twice: one run at a time, one for each try, and none that was known and had ended', async () => {
  const seen = { died: 0, refused: 0, waited: 0, takenOver: 0, answered: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(moves, { minLength: 20, maxLength: 120 }), async (script) => {
      const waiting: { readonly go: () => void; readonly die: () => void }[] = [];
      const { claim, end, runs, known, mostAtOnce } = model(
        () =>
          new Promise((go, die) => {
            waiting.push({ go, die: () => die(new Error('died')) });
          }),
      );
      const ended = (): number[] =>
        runs.filter(({ id, state }) => state === 'ended' && known.has(id)).map(({ id }) => id);
      const attempts: Promise<void>[] = [];
      const answers = new Map<number, Set<number>>();
      const endedBefore = new Map<number, readonly number[]>();
      let asking = 0;
      const ask = (order: string): void => {
        const at = asking;
        endedBefore.set(at, endedBefore.get(at) ?? ended());
        // Three tries to an execution.
        const attempt = claim({ ...holder(1 + Math.floor(at / 3), 1 + (at % 3)) }, order).then(
          (id) => {
            seen.answered++;
            if (id < runs.length || (answers.get(at - 1)?.has(id) ?? false)) seen.takenOver++;
            answers.set(at, (answers.get(at) ?? new Set()).add(id));
          },
          (error: unknown) => {
            if (error instanceof AdapterError) seen[error.canRetry ? 'waited' : 'refused']++;
            else if (error instanceof Error && error.message === 'died') seen.died++;
            else throw error;
          },
        );
        attempts.push(attempt);
      };
      const settle = (): Promise<void> => new Promise((done) => void setImmediate(done));
      const take = (which: number) => waiting.splice(which % waiting.length, 1)[0];
      for (const move of script) {
        if (move.kind === 'end') end();
        else if (move.kind === 'ask') {
          if (move.next) asking++;
          ask(move.order);
        } else if (waiting.length > 0) take(move.which)?.[move.kind]();
        await settle();
      }
      while (waiting.length > 0) {
        take(0)?.go();
        await settle();
      }
      await Promise.all(attempts);
      expect(mostAtOnce()).toBeLessThanOrEqual(1);
      for (const [at, ids] of answers) {
        expect([at, [...ids]]).toEqual([at, [expect.any(Number)]]);
        for (const id of ids) expect(endedBefore.get(at)).not.toContain(id);
      }
    }),
    { numRuns: 400 },
  );
  // What this is about did happen.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
});
