declare const value: unique symbol;

/** Stands for a value in object storage, where it is too large to travel through histories (1 MB). Plain data: tasks hand it on like any result. */
export interface StoredValue<Value = unknown> {
  /** Key of its JSON. */
  readonly storedAt: string;
  /** Of its JSON. */
  readonly bytes: number;
  readonly [value]?: Value;
}

/** Large values of a run, in object storage. Both throw an AdapterError with system `s3`. */
export interface StoredValues {
  /** Keeps a value (JSON) and gives what stands for it. Done again with the same value, it keeps nothing new. */
  put<Value>(value: Value): Promise<StoredValue<Value>>;
  /** The value that was kept. It is whoever stored it that its shape depends on. */
  get<Value>(stored: StoredValue<Value>): Promise<Value>;
}
