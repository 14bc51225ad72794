/** Folder of the log within a table's. */
const logFolder = '_delta_log/';

/** Name of the hint to the newest checkpoint. */
export const lastCheckpointName = `${logFolder}_last_checkpoint`;

/** Versions between checkpoints: a reader replays at most as many commits. */
export const checkpointInterval = 100;

/** Name of a version's commit: 20 digits. */
export function commitName(version: number): string {
  return `${logFolder}${digits(version)}.json`;
}

/** Name of a version's checkpoint, in one part. */
export function checkpointName(version: number): string {
  return `${logFolder}${digits(version)}.checkpoint.parquet`;
}

function digits(version: number): string {
  if (!Number.isSafeInteger(version) || version < 0) throw new RangeError(`not a Delta version: ${version}`);
  return String(version).padStart(20, '0');
}
