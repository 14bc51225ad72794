/**
 * Bytes that a try's log may have, in two halves: what came first and what came last. The middle of a log that is longer is
 * left out, since its beginning says what was done and its end what became of it.
 */
export const logBytes = 1024 * 1024;

/** Begins no line that a logger of ours writes: those begin with their level. */
const gapStart = '{"leftOut":';

/** The line that stands where lines were left out, and says how many; `time` is the last one's, ISO 8601, UTC. */
export function leftOutLine(lines: number, time: string): string {
  const message = `${lines} log ${lines === 1 ? 'line was' : 'lines were'} left out here`;
  return `${gapStart}${lines},"level":40,"time":${JSON.stringify(time)},"msg":${JSON.stringify(message)}}`;
}

/** When a JSON log line was written, ISO 8601, UTC; empty when it does not say. */
export function timeOf(line: string): string {
  const name = '"time":"';
  const at = line.indexOf(name);
  return at === -1 ? '' : line.slice(at + name.length, line.indexOf('"', at + name.length));
}

/** Bytes of a line in its file, with the line's end. */
export function lineBytes(line: string): number {
  return Buffer.byteLength(line) + 1;
}

/** A line and what {@link boundLog} has to know of it. */
interface Timed {
  readonly line: string;
  readonly time: string;
}

/**
 * Lines in the order of their times (those of one time as they were), cut to a limit of bytes: whole lines of the first and
 * of the last half stay, and one more line between them says how many are left out. Where that line goes, too, as the log
 * grows and is cut again, its number is counted on, so none is ever lost.
 */
export function boundLog(lines: readonly string[], limit: number = logBytes): readonly string[] {
  const half = limit / 2;
  const sorted = inOrder(lines);
  let headLeft = half;
  const firstOfTail = sorted.findIndex(({ line }) => (headLeft -= lineBytes(line)) < 0);
  if (firstOfTail === -1) return sorted.map(({ line }) => line);
  let tailLeft = half;
  const lastLeftOut = sorted.findLastIndex(({ line }, at) => at < firstOfTail || (tailLeft -= lineBytes(line)) < 0);
  const inTime = sorted.map(({ line }) => line);
  const gone = inTime.slice(firstOfTail, lastLeftOut + 1);
  if (gone.length === 0) return inTime;
  const count = gone.reduce((sum, line) => sum + countOf(line), 0);
  const gap = leftOutLine(count, sorted[lastLeftOut]?.time ?? '');
  return [...inTime.slice(0, firstOfTail), gap, ...inTime.slice(lastLeftOut + 1)];
}

function inOrder(lines: readonly string[]): readonly Timed[] {
  const timed = lines.map((line) => ({ line, time: timeOf(line) }));
  return timed.toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
}

/** Lines that a line stands for. */
function countOf(line: string): number {
  return line.startsWith(gapStart) ? Number.parseInt(line.slice(gapStart.length), 10) : 1;
}
