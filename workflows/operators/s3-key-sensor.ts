import type { FoundObject, IoActivities } from '../../activities/steps/contract.ts';
import { activitiesOn } from '../engine/activities-on.ts';
import { failTask } from '../engine/failures.ts';
import { sensor, type SensorTiming } from './sensor.ts';

const io = activitiesOn<IoActivities>('io');

/** What is waited for in the bucket of the settings, by Airflow's names. */
export interface S3KeySensorOptions extends SensorTiming {
  /** One key, or several that all have to be there. Without the bucket's name. */
  readonly bucketKey: string | readonly string[];
  /**
   * Whether the keys are patterns: `*` is any text, slashes included, `?` any one character, `[0-9]` and `[!0-9]` one of a set, or
   * not. Each of them has to match an object.
   */
  readonly wildcardMatch?: boolean;
  /** Bytes; a smaller object does not count. */
  readonly minSize?: number;
}

/**
 * Waits until objects are in the bucket (Airflow's S3KeySensor), and gives all that it found, at most 1,000: more fail the try.
 *
 * @example task('files', { run: () => s3KeySensor({ bucketKey: 'incoming/*.csv', wildcardMatch: true, timeout: '6 hours' }) });
 */
export async function s3KeySensor({
  bucketKey,
  wildcardMatch = false,
  minSize = 0,
  ...timing
}: S3KeySensorOptions): Promise<readonly FoundObject[]> {
  const keys = typeof bucketKey === 'string' ? [bucketKey] : bucketKey;
  if (keys.length === 0 || keys.includes('')) failTask('s3KeySensor: bucketKey is empty; give at least one key');
  const whole = keys.find((key) => key.startsWith('s3://'));
  if (whole !== undefined) {
    failTask(`s3KeySensor: bucketKey is '${whole}'; the bucket is the settings' own, so leave s3:// and its name out`);
  }
  if (!(minSize >= 0)) failTask(`s3KeySensor: minSize is ${minSize}; it is a number of bytes from 0`);
  return sensor({ ...timing, poke: () => io.findObjects({ bucketKey: keys, wildcardMatch, minSize }) });
}
