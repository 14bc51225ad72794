import { megabytes, type OnProgress, type Progress } from './progress.ts';

/** Where progress is printed: `process.stderr`, for example. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Prints a stack's progress: on a terminal one line a part that is rewritten while it fetches, elsewhere a line at each
 * step and at each quarter of a download.
 */
export function progressPrinter(terminal: Terminal): OnProgress {
  const lastText = new Map<string, string>();
  let rewriting = false;
  return (progress) => {
    const line = `  ${progress.part.padEnd(10)} ${progress.text}${portion(progress)}`;
    if (terminal.isTTY && progress.step === 'fetch') {
      terminal.write(`\r\u001B[2K${line}`);
      rewriting = true;
      return;
    }
    if (rewriting) terminal.write('\r\u001B[2K');
    rewriting = false;
    const told = progress.step === 'fetch' ? `${progress.text}${quarter(progress)}` : progress.text;
    if (lastText.get(progress.part) === told) return;
    lastText.set(progress.part, told);
    terminal.write(`${line}\n`);
  };
}

function portion({ bytes, totalBytes }: Progress): string {
  if (bytes === undefined || totalBytes === undefined || totalBytes === 0) return '';
  return ` (${megabytes(bytes)} of ${megabytes(totalBytes)})`;
}

function quarter({ bytes = 0, totalBytes = 0 }: Progress): number {
  return totalBytes === 0 ? 0 : Math.floor((4 * bytes) / totalBytes);
}
