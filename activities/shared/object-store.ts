/** User metadata of an object: lower-case names, ASCII values, 2 KB in all (Amazon S3's limit). */
export type ObjectMetadata = Readonly<Record<string, string>>;

/** What a store tells of an object without its bytes. */
export interface ObjectHead {
  readonly key: string;
  /** Bytes as stored (compressed, if it was put compressed). */
  readonly size: number;
  readonly lastModified: Date;
  readonly metadata: ObjectMetadata;
  readonly contentEncoding: string | undefined;
}

/** An object with its bytes. */
export interface StoredObject extends ObjectHead {
  readonly body: Buffer;
  /** Of this content (the ETag), for {@link ObjectStore.replaceVersion}; says nothing else. */
  readonly version: string;
}

/** One row of a listing. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly lastModified: Date;
}

/** How an object is put. */
export interface PutOptions {
  readonly metadata?: ObjectMetadata;
  readonly contentType?: string;
  readonly contentEncoding?: 'gzip';
  /** Of the body as stored, hex, where the caller has it already: saves a pass over the body. */
  readonly sha256?: string;
  readonly signal?: AbortSignal;
}

/**
 * Object storage as this project uses it: objects are created once and read; what is overwritten is a log, or a hint
 * that nobody has to believe. Every method throws an AdapterError with system `s3`.
 *
 * A `create…` whose response was lost is tried again and then finds its own object: the caller compares what it
 * meant to write (sha256 in the metadata) and takes an equal object for its own.
 */
export interface ObjectStore {
  /**
   * Creates an object with `If-None-Match: *`. Atomic: of any number of writers exactly one is told `created`.
   * `exists` leaves the stored object as it was.
   */
  create(key: string, body: Uint8Array, options?: PutOptions): Promise<'created' | 'exists'>;
  /** The same for a file on disk, streamed; the file is read again on a retry. */
  createFromFile(key: string, path: string, options?: PutOptions): Promise<'created' | 'exists'>;
  /** Creates or overwrites: for hints and reports, never for data that somebody relies on. */
  replace(key: string, body: Uint8Array, options?: PutOptions): Promise<void>;
  /**
   * Overwrites an object if it is still the version that was read (`If-Match`). Atomic: of any number of writers that read
   * one version, one is told `replaced`. `changed` leaves the object as it was, or gone where it was deleted; one whose
   * response was lost may also be told `changed`, by its own object.
   */
  replaceVersion(key: string, body: Uint8Array, version: string, options?: PutOptions): Promise<'replaced' | 'changed'>;
  /** `undefined` when there is no such object. */
  head(key: string, signal?: AbortSignal): Promise<ObjectHead | undefined>;
  /** Whole object in memory, as stored; `undefined` when there is none. */
  get(key: string, signal?: AbortSignal): Promise<StoredObject | undefined>;
  /** The object's bytes as a stream, as stored; throws `not_found` when there is none. */
  stream(key: string, signal?: AbortSignal): Promise<NodeJS.ReadableStream>;
  /** Writes the object's bytes, as stored, to a new file; throws `not_found` when there is none. */
  download(key: string, path: string, signal?: AbortSignal): Promise<ObjectHead>;
  /** Objects under a prefix in key order (UTF-8 bytes), after `startAfter` where given; pages as it goes. */
  list(
    prefix: string,
    options?: { readonly startAfter?: string; readonly signal?: AbortSignal },
  ): AsyncIterable<ListedObject>;
  /** Deletes objects; a key that is not there is no error. For vacuum and purge only. */
  remove(keys: readonly string[]): Promise<void>;
}
