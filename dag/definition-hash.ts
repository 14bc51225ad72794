import { z } from 'zod';
import type { DagDefinition } from './definition.ts';
import { fnv1a64 } from './fnv.ts';

/**
 * Names what a definition does: tasks, edges, rules, tries, items, params, timetable. Not its words for people
 * (descriptions, docs, tags), which no run depends on, and not the code of `run`, which has no form that is the same before
 * and after a build. 16 hex digits, the same in every process. Recorded histories are kept by it.
 */
export function definitionHash(definition: DagDefinition): string {
  const { params, tasks, description: _d, doc: _doc, tags: _t, groups: _g, warnings: _w, ...rest } = definition;
  const said = {
    ...rest,
    params: z.toJSONSchema(params, {
      io: 'input',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => void delete jsonSchema.description,
    }),
    // What is left out of JSON anyway: code.
    tasks: tasks.map(({ doc: _taskDoc, edgeLabels: _words, ...task }) => task),
  };
  return fnv1a64(JSON.stringify(said, (_, value: unknown) => sortedKeys(value)))
    .toString(16)
    .padStart(16, '0');
}

function sortedKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
