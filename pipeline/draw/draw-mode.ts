/** How posts are chosen; see docs/decisions/draw.md. */
export const drawModes = ['course', 'sequential', 'uniform', 'whole'] as const;

/** `course`: Python's seeded draw; `sequential`: by offset; `uniform`: seeded, 0..last; `whole`: the whole table once. */
export type DrawMode = (typeof drawModes)[number];
