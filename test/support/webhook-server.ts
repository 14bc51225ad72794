import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server on loopback that keeps what is posted to it. */
export interface WebhookServer {
  readonly url: string;
  /** What came, oldest first, parsed. */
  readonly posted: unknown[];
  /** Statuses to answer with, one a request; 200 when there is none left. `hang`: no answer. */
  readonly answers: (number | 'hang')[];
  readonly close: () => Promise<void>;
}

/** Starts one on a port of its own. */
export async function startWebhookServer(): Promise<WebhookServer> {
  const posted: unknown[] = [];
  const answers: (number | 'hang')[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const answer = answers.shift() ?? 200;
      if (answer === 'hang') return;
      if (answer === 200) posted.push(JSON.parse(Buffer.concat(parts).toString()));
      response.writeHead(answer, { location: '/elsewhere' }).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/canary-7f3a9c`,
    posted,
    answers,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
