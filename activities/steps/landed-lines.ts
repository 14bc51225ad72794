import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lineFileName } from '../../pipeline/cleaning/lines-sql.ts';
import type { LandedObject, LandingZone } from '../s3/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { CleanRange } from './clean-ranges.ts';
import { inParallel } from './in-parallel.ts';

/** Lines of landed objects on this machine's disk, and where in their topics they were. */
export interface LandedLines {
  /** Local files in the order of positions: of partitions, then of offsets. */
  readonly paths: readonly string[];
  /** Lines that each file has, by the chain's metadata. */
  readonly counts: readonly number[];
  /** Gapless runs of lines. */
  readonly places: readonly LinesPlace[];
  /** Lines that lie in the ranges, by the chain's metadata. */
  readonly expected: number;
}

/** A run of lines of one file with consecutive offsets. */
export interface LinesPlace {
  readonly file: number;
  /** Number of its first line in the file, from 1. */
  readonly line: number;
  /** That line's offset. */
  readonly offset: number;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Downloads at once: enough to keep a store busy, few enough for two cores. */
const downloads = 4;

/** Brings the landed lines of ranges to `folder`, in parallel, whole objects at a time. */
export async function fetchLines(
  landing: LandingZone,
  ranges: readonly CleanRange[],
  folder: string,
  context: Pick<StepContext, 'signal' | 'heartbeat'>,
): Promise<LandedLines> {
  const found: { readonly object: LandedObject; readonly range: CleanRange }[] = [];
  for (const range of ranges) {
    const { topic, partition, from, to } = range;
    for await (const object of landing.objects(topic, partition, from, to, context.signal)) {
      if (object.records > 0) found.push({ object, range });
    }
  }
  await mkdir(folder, { recursive: true });
  const files = found.map((one, n) => ({ ...one, path: join(folder, lineFileName(n)) }));
  let done = 0;
  await inParallel(downloads, files, async ({ object, path }) => {
    await landing.download(object, path, context.signal);
    done += 1;
    context.heartbeat({ phase: 'download', done, of: found.length });
  });
  const places = found.flatMap(({ object, range }, file) => placesOf(object, range, file));
  const expected = found.reduce((sum, { object, range }) => sum + linesWithin(object, range), 0);
  const paths = files.map(({ path }) => path);
  return { paths, counts: found.map(({ object }) => object.records), places, expected };
}

/** Offsets of an object that have lines, as spans. */
function spansWithLines({ start, next, missing }: LandedObject): { readonly from: number; readonly to: number }[] {
  const ends = [...missing, { from: next, to: next }];
  return ends
    .map(({ from }, n) => ({ from: n === 0 ? start : (ends[n - 1]?.to ?? start), to: from }))
    .filter(({ from, to }) => from < to);
}

function placesOf(object: LandedObject, { partition, from, to }: CleanRange, file: number): LinesPlace[] {
  let line = 1;
  const places: LinesPlace[] = [];
  for (const span of spansWithLines(object)) {
    places.push({ file, line, offset: span.from, partition, from, to });
    line += span.to - span.from;
  }
  if (line - 1 !== object.records) {
    throw new AdapterError(
      `${object.key} says that it has ${object.records} lines, but its offsets come to ${line - 1}`,
      {
        system: 'landing',
        code: 'corrupt',
      },
    );
  }
  return places;
}

function linesWithin(object: LandedObject, { from, to }: CleanRange): number {
  return spansWithLines(object)
    .map((span) => Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)))
    .reduce((sum, lines) => sum + lines, 0);
}
