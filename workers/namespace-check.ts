import type { NativeConnection } from '@temporalio/worker';

/** A search attribute that runs write, by its registered name and type. */
export interface RequiredAttribute {
  readonly name: string;
  readonly type: keyof typeof attributeTypes;
}

/** Numbers of temporal.api.enums.v1.IndexedValueType; that package cannot be imported by name from an ES module. */
export const attributeTypes = {
  TEXT: 1,
  KEYWORD: 2,
  INT: 3,
  DOUBLE: 4,
  BOOL: 5,
  DATETIME: 6,
  KEYWORD_LIST: 7,
} as const;

/** How the search attributes of a namespace differ from what runs write. */
export interface AttributeProblems {
  readonly missing: readonly string[];
  /** Registered, but as another type, which a registration cannot change: a sentence each. */
  readonly wrong: readonly string[];
}

/** Reads the registered search attributes, by any connection to Temporal. Throws when there is no such namespace. */
export async function attributeProblems(
  { operatorService }: Pick<NativeConnection, 'operatorService'>,
  namespace: string,
  required: readonly RequiredAttribute[],
): Promise<AttributeProblems> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const typeOf = new Map<string, number>(Object.entries(customAttributes ?? {}));
  const wrong = required.filter(({ name, type }) => typeOf.has(name) && typeOf.get(name) !== attributeTypes[type]);
  return {
    missing: required.filter(({ name }) => !typeOf.has(name)).map(({ name }) => name),
    wrong: wrong.map(
      ({ name, type }) =>
        `the search attribute ${name} of the Temporal namespace ${namespace} is of type ${typeName(typeOf.get(name))} and must be ${type}: remove it (temporal operator search-attribute remove --name ${name}), or take another namespace, and run tw init`,
    ),
  };
}

function typeName(type: number | undefined): string {
  return Object.entries(attributeTypes).find(([, number]) => number === type)?.[0] ?? `number ${type}`;
}

/**
 * What the namespace lacks, a sentence each. A run that writes a search attribute that is not registered, or is of another
 * type, hangs for ever, so a worker looks before it polls.
 */
export async function namespaceProblems(
  connection: Pick<NativeConnection, 'operatorService'>,
  namespace: string,
  required: readonly RequiredAttribute[],
): Promise<readonly string[]> {
  try {
    const { missing, wrong } = await attributeProblems(connection, namespace, required);
    if (missing.length === 0) return wrong;
    return [
      ...wrong,
      `the Temporal namespace ${namespace} lacks the search attributes ${missing.join(', ')}: run tw init`,
    ];
  } catch (error) {
    if (isNotFound(error)) return [`Temporal has no namespace ${namespace}: run tw init`];
    throw error;
  }
}

/** gRPC's NOT_FOUND, of either of the SDK's connections. */
export function isNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 5;
}
