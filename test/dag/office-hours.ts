import { customTimetable } from '../../dag/timetable.ts';

const hour = 3_600_000;

/** Every hour from 9 to 16 o'clock, about the hour before. */
export const officeHours = customTimetable('office hours', (after) => {
  let next = (Math.floor(after.getTime() / hour) + 1) * hour;
  while (new Date(next).getUTCHours() < 9 || new Date(next).getUTCHours() > 16) next += hour;
  return { runAfter: new Date(next), start: new Date(next - hour), end: new Date(next) };
});
