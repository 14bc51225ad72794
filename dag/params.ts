import type { DagDefinition } from './definition.ts';

/** Params of a run that are right, with defaults, or the list of what is wrong with them, a sentence each. */
export type ParamsResult<Params> =
  | { readonly params: Params; readonly problems?: never }
  | { readonly problems: readonly string[]; readonly params?: never };

/** Checks what a run was given. Nothing, `null` and `{}` mean the defaults. */
export function checkParams<Params>(definition: DagDefinition<Params>, input: unknown): ParamsResult<Params> {
  const given = input ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    return {
      problems: [
        `the input is ${Array.isArray(given) ? 'a list' : `a ${typeof given}`}; give a JSON object of params, or nothing`,
      ],
    };
  }
  const known = Object.keys(definition.params.shape);
  const problems = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) =>
      known.length === 0
        ? `${definition.id} takes no params, so not ${name}`
        : `${definition.id} has no param ${name}; it has ${known.join(', ')}`,
    );
  const parsed = definition.params.safeParse(given);
  if (!parsed.success)
    problems.push(...parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  return problems.length > 0 || !parsed.success ? { problems } : { params: parsed.data };
}
