import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * What the proxy does with a request instead of passing it on and back.
 * - `status`: answers by itself, as S3 does in trouble
 * - `reset`: breaks the connection before the server sees anything
 * - `lose-response`: passes the request on, and breaks the connection when the server has answered
 * - `cut-body`: passes the request on, and breaks the connection after some bytes of the answer's body
 * - `silence`: passes nothing on and never answers
 * - `wait`: passes it on, later
 */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  | { readonly kind: 'reset' | 'lose-response' | 'silence' }
  | { readonly kind: 'cut-body'; readonly bytes: number }
  | { readonly kind: 'wait'; readonly ms: number };

/** Decides for a request, by method and decoded path, which fault befalls it; `undefined` passes it on. */
export type FaultRule = (method: string, path: string) => Fault | undefined;

/** A server between a client and an S3 server. */
export interface FaultProxy {
  readonly endpoint: string;
  /** Requests that came, `METHOD /path`. */
  readonly seen: readonly string[];
  rule: FaultRule;
  close(): Promise<void>;
}

/** Faults for the first requests that match, one after the other; then none. */
export function firstTimes(matches: (method: string, path: string) => boolean, faults: readonly Fault[]): FaultRule {
  const left = [...faults];
  return (method, path) => (matches(method, path) ? left.shift() : undefined);
}

/** Starts a proxy before an S3 server. Headers pass unchanged, so that signatures stay right. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const seen: string[] = [];
  const proxy = { rule: (() => undefined) as FaultRule };
  const server = createServer((incoming, outgoing) => {
    const method = incoming.method ?? '';
    const path = decodeURIComponent(new URL(incoming.url ?? '/', target).pathname);
    seen.push(`${method} ${path}`);
    const fault = proxy.rule(method, path);
    if (fault?.kind === 'reset') incoming.socket.destroy();
    else if (fault?.kind === 'silence') incoming.resume();
    else if (fault?.kind === 'status') answer(incoming, outgoing, fault.status, fault.code);
    else if (fault?.kind === 'wait') setTimeout(() => pass(incoming, outgoing, target, undefined), fault.ms);
    else pass(incoming, outgoing, target, fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the proxy has no port');
  const { port } = address;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    seen,
    get rule() {
      return proxy.rule;
    },
    set rule(rule) {
      proxy.rule = rule;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads the request to its end first, as S3 does: a client that is still sending would see a broken connection. */
function answer(incoming: IncomingMessage, outgoing: ServerResponse, status: number, code: string): void {
  incoming.resume().once('end', () => {
    outgoing.writeHead(status, { 'content-type': 'application/xml' });
    outgoing.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>injected</Message></Error>`);
  });
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, target: string, fault: Fault | undefined): void {
  const headers = { ...incoming.headers };
  delete headers['expect'];
  const onward = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (response) => {
    if (fault?.kind === 'lose-response') {
      response.resume().once('end', () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    if (fault?.kind !== 'cut-body') {
      response.pipe(outgoing);
      return;
    }
    let left = fault.bytes;
    response.on('data', (chunk: Buffer) => {
      if (left > 0) outgoing.write(chunk.subarray(0, left), () => left <= 0 && incoming.socket.destroy());
      left -= chunk.length;
    });
    response.once('end', () => incoming.socket.destroy());
  });
  onward.once('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}
