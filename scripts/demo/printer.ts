/** Writes what the demo does, a line at a time, so that it reads well in a terminal and in a CI log alike. */
export interface Printer {
  readonly heading: (text: string) => void;
  readonly line: (text: string) => void;
  /** A block as it is. */
  readonly text: (text: string) => void;
}

/** Makes a printer for a stream. */
export function createPrinter(out: NodeJS.WritableStream): Printer {
  return {
    heading: (text) => void out.write(`\n${text}\n`),
    line: (text) => void out.write(`  ${text}\n`),
    text: (text) => void out.write(`${text}\n`),
  };
}
