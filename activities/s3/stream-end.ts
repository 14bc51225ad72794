import type { Writable } from 'node:stream';

/**
 * Waits until a stream that a pipeline has ended or destroyed has let go of its file. A file stream that is destroyed while it
 * still opens its file creates it all the same, after whoever removes it at once; only then does it close.
 */
export async function closed(stream: Writable): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', resolve));
}
