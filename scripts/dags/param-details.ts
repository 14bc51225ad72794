/** A param of a DAG. */
export interface ParamDetails {
  readonly name: string;
  /** As JSON Schema names types, for people: `integer`, `"space" | "iso"`, `number | null`, `string[]`. */
  readonly type: string;
  readonly required: boolean;
  /** `null` where there is none, too: see `required`. */
  readonly default: unknown;
  /** What a value has to keep to beyond its type, for people: `at least 1, at most 100`. */
  readonly limits: string;
  readonly description: string;
}

/** What is read of a property's JSON Schema. */
interface PropertySchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly PropertySchema[];
  readonly items?: PropertySchema;
  readonly default?: unknown;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly [limit: string]: unknown;
}

/** Params that a JSON Schema of an object has, in its order. */
export function paramDetails(schema: object): readonly ParamDetails[] {
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, PropertySchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeText(property),
    required: required.includes(name),
    default: property.default ?? null,
    limits: [...new Set(limitsOf(property))].join(', '),
    description: property.description ?? '',
  }));
}

function typeText({ type, const: only, enum: values, anyOf, items }: PropertySchema): string {
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (only !== undefined) return JSON.stringify(only);
  if (anyOf !== undefined) return anyOf.map(typeText).join(' | ');
  if (type === 'array' && items !== undefined) return listText(typeText(items));
  if (type === undefined) return 'anything';
  return typeof type === 'string' ? type : type.join(' | ');
}

function listText(item: string): string {
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
}

/** Keywords of JSON Schema that bound a value, in words. */
const words: Readonly<Record<string, (bound: unknown) => string>> = {
  minimum: (bound) => `at least ${String(bound)}`,
  exclusiveMinimum: (bound) => `more than ${String(bound)}`,
  maximum: (bound) => `at most ${String(bound)}`,
  exclusiveMaximum: (bound) => `less than ${String(bound)}`,
  multipleOf: (bound) => `a multiple of ${String(bound)}`,
  minLength: (bound) => `at least ${count(bound, 'character')}`,
  maxLength: (bound) => `at most ${count(bound, 'character')}`,
  minItems: (bound) => `at least ${count(bound, 'item')}`,
  maxItems: (bound) => `at most ${count(bound, 'item')}`,
};

function limitsOf(schema: PropertySchema): readonly string[] {
  const { anyOf = [], format, pattern } = schema;
  const own = Object.entries(words).flatMap(([keyword, say]) => {
    const bound = schema[keyword];
    // An integer's own bounds are those of JavaScript, and nobody's rule.
    return bound === undefined || Math.abs(Number(bound)) === Number.MAX_SAFE_INTEGER ? [] : [say(bound)];
  });
  const form = format === undefined ? (pattern === undefined ? [] : [`like /${pattern}/`]) : [`a ${format}`];
  return [...own, ...form, ...anyOf.flatMap(limitsOf)];
}

function count(number: unknown, what: string): string {
  return `${String(number)} ${what}${number === 1 ? '' : 's'}`;
}
