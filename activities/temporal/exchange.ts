import type { RunEnded, Turn, TurnRequest } from './port.ts';

/** What goes to a DAG's controller in one message. */
export interface Letter {
  readonly asks: readonly TurnRequest[];
  readonly ends: readonly RunEnded[];
}

/** Takes what runs ask and tell a DAG's controller, and sends it on. */
export interface Exchange {
  readonly ask: (request: TurnRequest) => Promise<Turn>;
  readonly tell: (ended: RunEnded) => Promise<void>;
}

/** Runs in a letter at most: more would make a large message of it. */
const longest = 200;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** What waits for the next letter to a controller. */
interface Box {
  readonly asks: Waiting<TurnRequest, Turn>[];
  readonly ends: Waiting<RunEnded, void>[];
  busy: boolean;
}

/**
 * One letter at a time to each DAG's controller: what comes meanwhile goes with the next one. A hundred runs that begin or end
 * together so cost their controller a few messages, not a hundred, and a single run waits for nobody. `send` answers for each
 * ask, in order.
 */
export function openExchange(send: (dagId: string, letter: Letter) => Promise<readonly Turn[]>): Exchange {
  const boxes = new Map<string, Box>();

  async function empty(dagId: string, box: Box): Promise<void> {
    if (box.busy) return;
    box.busy = true;
    while (box.asks.length + box.ends.length > 0)
      await post(dagId, box.asks.splice(0, longest), box.ends.splice(0, longest));
    // In the same moment in which nothing was left: what comes later makes a box of its own.
    boxes.delete(dagId);
  }

  async function post(dagId: string, asks: Box['asks'], ends: Box['ends']): Promise<void> {
    try {
      const turns = await send(dagId, { asks: asks.map(({ item }) => item), ends: ends.map(({ item }) => item) });
      for (const [at, { resolve, reject }] of asks.entries()) {
        const turn = turns[at];
        if (turn === undefined) reject(new Error(`the controller of ${dagId} did not answer for each run that asked`));
        else resolve(turn);
      }
      for (const { resolve } of ends) resolve();
    } catch (error) {
      for (const { reject } of [...asks, ...ends]) reject(error);
    }
  }

  function boxOf(dagId: string): Box {
    const box = boxes.get(dagId) ?? { asks: [], ends: [], busy: false };
    boxes.set(dagId, box);
    return box;
  }

  return {
    ask: (item) =>
      new Promise((resolve, reject) => {
        const box = boxOf(item.dagId);
        box.asks.push({ item, resolve, reject });
        void empty(item.dagId, box);
      }),
    tell: (item) =>
      new Promise((resolve, reject) => {
        const box = boxOf(item.dagId);
        box.ends.push({ item, resolve, reject });
        void empty(item.dagId, box);
      }),
  };
}
