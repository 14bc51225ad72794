import { megabytes, type OnProgress } from '../../stack/progress.ts';

/** Writes what the demo does, a line at a time, so that it reads well in a terminal and in a CI log alike. */
export interface Printer {
  heading(text: string): void;
  line(text: string): void;
  /** A block as it is. */
  text(text: string): void;
  /** Progress of a server: a line when something new happens, and for a download a line each fifth of it. */
  readonly progress: OnProgress;
}

/** Makes a printer for a stream. */
export function createPrinter(out: NodeJS.WritableStream): Printer {
  const told = new Map<string, string>();
  return {
    heading: (text) => out.write(`\n${text}\n`),
    text: (text) => out.write(`${text}\n`),
    line: (text) => out.write(`  ${text}\n`),
    progress: ({ part, step, text, bytes, totalBytes }) => {
      const fifth = bytes !== undefined && totalBytes ? Math.min(5, Math.floor((bytes / totalBytes) * 5)) : 0;
      const news = `${step} ${text} ${fifth}`;
      if (told.get(part) === news) return;
      told.set(part, news);
      const amount = bytes !== undefined && totalBytes ? ` (${megabytes(bytes)} of ${megabytes(totalBytes)})` : '';
      out.write(`  ${part.padEnd(9)} ${text}${amount}\n`);
    },
  };
}
