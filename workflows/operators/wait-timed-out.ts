import { ApplicationFailure } from '@temporalio/common';
import { durationText } from '../../dag/duration.ts';
import { failureTypes } from '../engine/failures.ts';

/** The failure of a wait whose own timeout (milliseconds) is over: no further try is made. */
export function waitTimedOut(what: string, timeout: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: failureTypes.sensorTimeout,
    message: `waited ${what} for its timeout of ${durationText(timeout)}, in vain`,
    nonRetryable: true,
  });
}
