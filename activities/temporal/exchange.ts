/** What goes to a controller in one message. */
export interface Letter<Ask, Tell> {
  readonly asks: readonly Ask[];
  readonly ends: readonly Tell[];
}

/** Takes what runs ask and tell controllers, and sends it on. */
export interface Exchange<Ask, Answer, Tell> {
  readonly ask: (to: string, item: Ask) => Promise<Answer>;
  readonly tell: (to: string, item: Tell) => Promise<void>;
}

/** Items in a letter at most, of each kind: more would make a large message of it. */
const longest = 200;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** What waits for the next letter to a controller. */
interface Box<Ask, Answer, Tell> {
  readonly asks: Waiting<Ask, Answer>[];
  readonly ends: Waiting<Tell, void>[];
  busy: boolean;
}

/**
 * One letter at a time to each controller: what comes meanwhile goes with the next one. A hundred runs that begin or end
 * together so cost their controller a few messages, not a hundred, and a single run waits for nobody. `send` answers for each
 * ask, in order.
 */
export function openExchange<Ask, Answer, Tell>(
  send: (to: string, letter: Letter<Ask, Tell>) => Promise<readonly Answer[]>,
): Exchange<Ask, Answer, Tell> {
  type OwnBox = Box<Ask, Answer, Tell>;
  const boxes = new Map<string, OwnBox>();

  async function empty(to: string, box: OwnBox): Promise<void> {
    if (box.busy) return;
    box.busy = true;
    while (box.asks.length + box.ends.length > 0)
      await post(to, box.asks.splice(0, longest), box.ends.splice(0, longest));
    // In the same moment in which nothing was left: what comes later makes a box of its own.
    boxes.delete(to);
  }

  async function post(to: string, asks: OwnBox['asks'], ends: OwnBox['ends']): Promise<void> {
    try {
      const answers = await send(to, { asks: asks.map(({ item }) => item), ends: ends.map(({ item }) => item) });
      for (const [at, { resolve, reject }] of asks.entries()) {
        const answer = answers[at];
        if (answer === undefined) reject(new Error(`the controller of ${to} did not answer for each that asked`));
        else resolve(answer);
      }
      for (const { resolve } of ends) resolve();
    } catch (error) {
      for (const { reject } of [...asks, ...ends]) reject(error);
    }
  }

  function boxOf(to: string): OwnBox {
    const box = boxes.get(to) ?? { asks: [], ends: [], busy: false };
    boxes.set(to, box);
    return box;
  }

  return {
    ask: (to, item) =>
      new Promise((resolve, reject) => {
        const box = boxOf(to);
        box.asks.push({ item, resolve, reject });
        void empty(to, box);
      }),
    tell: (to, item) =>
      new Promise((resolve, reject) => {
        const box = boxOf(to);
        box.ends.push({ item, resolve, reject });
        void empty(to, box);
      }),
  };
}
