/** Tells runs something, by signals. */
export interface Teller {
  /** Sends one, now or when some of those before it have arrived. `send` never rejects. */
  readonly tell: (send: () => Promise<void>) => void;
  /** Whether all have arrived. */
  readonly isDone: () => boolean;
}

/** Signals under way at most: at 2,000 a server takes no more of a workflow, whose task it fails over and over again. */
const most = 500;

/** Bounds how many signals are under way at a time: a pool that grows, or a DAG that is unpaused, tells thousands of runs at once. */
export function openTeller(): Teller {
  const waiting: (() => Promise<void>)[] = [];
  let telling = 0;

  function goOn(): void {
    for (const send of waiting.splice(0, most - telling)) {
      telling++;
      void send().finally(() => {
        telling--;
        goOn();
      });
    }
  }

  return {
    tell: (send) => {
      waiting.push(send);
      goOn();
    },
    isDone: () => telling === 0 && waiting.length === 0,
  };
}
