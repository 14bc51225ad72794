import type { PartName } from './part-name.ts';
import type { Part } from './part.ts';
import { databricksPart } from './parts/databricks.ts';
import { kafkaPart } from './parts/kafka.ts';
import { mysqlPart } from './parts/mysql.ts';
import { ministackPart } from './parts/s3-ministack.ts';
import { versitygwPart } from './parts/s3-versitygw.ts';
import { temporalPart } from './parts/temporal.ts';

/** S3 servers to choose from; the first is the default. */
export const s3Servers = ['ministack', 'versitygw'] as const;

/** One of {@link s3Servers}. */
export type S3Server = (typeof s3Servers)[number];

/** A part as the state knows it: two servers that can be the same part keep their data apart. */
export interface ChosenPart {
  readonly part: Part;
  readonly kind: string;
}

/** The parts by name, with the S3 server that was chosen. */
export function chooseParts(names: readonly PartName[], s3: S3Server): readonly ChosenPart[] {
  const s3Part: Readonly<Record<S3Server, Part>> = { ministack: ministackPart, versitygw: versitygwPart };
  const byName: Readonly<Record<PartName, ChosenPart>> = {
    temporal: { part: temporalPart, kind: 'temporal' },
    mysql: { part: mysqlPart, kind: 'mysql' },
    kafka: { part: kafkaPart, kind: 'kafka' },
    s3: { part: s3Part[s3], kind: `s3-${s3}` },
    databricks: { part: databricksPart, kind: 'databricks' },
  };
  return [...new Set(names)].map((name) => byName[name]);
}
