import { q10 } from './q10.ts';
import { q11 } from './q11.ts';
import { q4 } from './q4.ts';
import { q5, q5all } from './q5.ts';
import { q6a, q6b } from './q6.ts';
import { q7 } from './q7.ts';
import { q8 } from './q8.ts';
import { q9 } from './q9.ts';

/** All parts of the eight questions, in the course's order. */
export const questions = [q4, q5, q5all, q6a, q6b, q7, q8, q9, q10, q11] as const;

/** Name of a part. */
export type QuestionName = (typeof questions)[number]['name'];
