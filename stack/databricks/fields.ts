import { z } from 'zod';
import { ApiError, invalidParameter } from './api-error.ts';

/** A JSON object as it came. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A whole number. Also as text, as queries have it, and as Airflow's hook sends the numbers of a body. Databricks' ids are
 * below 2^53.
 */
export const integer = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,16}$/)
    .transform(Number)
    .refine(Number.isSafeInteger),
]);

/** A number that is not below zero. */
export const natural = integer.refine((value) => value >= 0, 'must not be negative');

/** `true` or `false`, in a query as text. */
export const flag = z.union([z.boolean(), z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })]);

/** Text; a number or a truth value is taken as its text, as the service does. */
export const scalar = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);

/** A map of texts, in bytes of its JSON at most `maxBytes`. */
export function texts(name: string, maxBytes: number): z.ZodType<Record<string, string>> {
  return z
    .record(z.string(), scalar)
    .refine(
      (map) => Buffer.byteLength(JSON.stringify(map)) <= maxBytes,
      `The size of ${name} exceeds the limit of ${maxBytes} bytes`,
    );
}

/**
 * What a request asks for, checked. Throws {@link ApiError}: INVALID_PARAMETER_VALUE for what is missing or out of its range,
 * MALFORMED_REQUEST for what is of another type. Fields that a schema does not name are left to it.
 */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const field = path.map(String).join('.');
  if (valueAt(input, path) === undefined && path.length > 0) throw invalidParameter(`Missing required field: ${field}`);
  if (issue?.code === 'invalid_type' || issue?.code === 'invalid_union') {
    const found = kindOf(valueAt(input, path));
    throw new ApiError(
      400,
      'MALFORMED_REQUEST',
      `Could not parse request object: Unexpected ${found} for field '${field}'`,
    );
  }
  if (issue?.code === 'custom' || issue?.code === 'invalid_format') {
    throw invalidParameter(
      issue.message.includes(' ') && /^[A-Z]/.test(issue.message) ? issue.message : `${field}: ${issue.message}`,
    );
  }
  throw invalidParameter(`Invalid value for field '${field}': ${issue?.message}`);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
