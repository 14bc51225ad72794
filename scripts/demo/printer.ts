/** Writes what the demo does, a line at a time, so that it reads well in a terminal and in a CI log alike. */
export interface Printer {
  heading(text: string): void;
  line(text: string): void;
  /** A block as it is. */
  text(text: string): void;
}

/** Makes a printer for a stream. */
export function createPrinter(out: NodeJS.WritableStream): Printer {
  return {
    heading: (text) => out.write(`\n${text}\n`),
    line: (text) => out.write(`  ${text}\n`),
    text: (text) => out.write(`${text}\n`),
  };
}
