import formBody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from './api-error.ts';
import { faultsSchema, type Fault } from './faults.ts';
import { parseRequest } from './fields.ts';
import type { LocalWorkspace } from './local-workspace.ts';
import { clusterRoutes, identityRoutes, signInRoutes } from './routes/clusters.ts';
import { dbfsRoutes, secretRoutes } from './routes/files.ts';
import { jobRoutes } from './routes/jobs.ts';
import { pageRoutes } from './routes/pages.ts';
import { runRoutes } from './routes/runs.ts';
import { workspaceRoutes } from './routes/workspace.ts';
import { maxContentBytes } from './workspace.ts';

/** Base64 of the largest notebook, and the fields around it. */
const bodyLimit = Math.ceil(maxContentBytes * 1.4) + 65_536;

/**
 * The HTTP side: routes, who may call, the errors' form, faults. No answer is sent before `flushed` has resolved, so that
 * nothing is told of what a power cut could still take back.
 */
export async function createHttpServer(local: LocalWorkspace, flushed: () => Promise<void>): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit, forceCloseConnections: true, routerOptions: { maxParamLength: 500 } });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      // Some clients announce JSON and send nothing.
      done(null, body === '' ? {} : JSON.parse(String(body)));
    } catch {
      done(new ApiError(400, 'MALFORMED_REQUEST', 'Could not parse request object: the body is not JSON'));
    }
  });
  await app.register(formBody);
  await app.register(multipart, { limits: { fileSize: bodyLimit, fields: 20, files: 1 } });
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, undefined));

  app.setErrorHandler((error, _request, reply) => {
    const { status, errorCode, message } = apiErrorOf(error);
    return reply.code(status).send({ error_code: errorCode, message });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error_code: 'ENDPOINT_NOT_FOUND',
      message: `No API found for '${request.method} ${endpointOf(request)}'`,
    }),
  );
  app.addHook('onSend', async (request, reply, payload) => {
    await flushed();
    if (request.lost === true) {
      cut(request, reply);
      return null;
    }
    return payload;
  });

  const faulty = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const fault = local.faults.take(endpointOf(request));
    return fault === undefined ? undefined : await happen(fault, request, reply);
  };
  pageRoutes(app, local);
  await app.register(async (open) => {
    open.addHook('preHandler', faulty);
    signInRoutes(open, local);
  });
  await app.register(async (closed) => {
    closed.addHook('onRequest', async ({ headers }) => checkToken(local, headers.authorization));
    closed.addHook('preHandler', faulty);
    for (const version of ['2.0', '2.1', '2.2']) {
      const prefix = { prefix: `/api/${version}` };
      await closed.register(async (jobs) => {
        jobRoutes(jobs, local);
        runRoutes(jobs, local);
        clusterRoutes(jobs, local);
      }, prefix);
    }
    await closed.register(
      async (others) => {
        workspaceRoutes(others, local);
        dbfsRoutes(others, local);
        secretRoutes(others, local);
        identityRoutes(others, local);
      },
      { prefix: '/api/2.0' },
    );
  });
  await app.register(async (tests) => {
    tests.addHook('onRequest', async ({ headers }) => checkToken(local, headers.authorization));
    faultRoutes(tests, local);
  });
  return app;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The work is to be done and its answer to be lost. */
    lost?: boolean;
  }
}

/** Faults on request: for tests of clients. */
function faultRoutes(app: FastifyInstance, { faults }: LocalWorkspace): void {
  app.post('/tradewind/faults', async ({ body }) => {
    faults.add(parseRequest(faultsSchema, body));
    return {};
  });
  app.delete('/tradewind/faults', async () => {
    faults.clear();
    return {};
  });
  app.get('/tradewind/faults', async () => faults.counts());
}

function checkToken({ tokens }: LocalWorkspace, header: string | undefined): void {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(header ?? '') ?? [];
  if (token === undefined) {
    throw new ApiError(401, 'UNAUTHENTICATED', 'Credential was not sent or was of an unsupported type for this API.');
  }
  if (!tokens.accepts(token)) throw new ApiError(403, 'PERMISSION_DENIED', 'Invalid access token.');
}

/** `jobs/runs/submit` of `/api/2.2/jobs/runs/submit?x`. */
function endpointOf({ url }: FastifyRequest): string {
  return url.replace(/\?.*$/s, '').replace(/^\/(api\/2\.\d\/)?/, '');
}

async function happen(fault: Fault, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  if (fault.retryAfter !== undefined) reply.header('retry-after', fault.retryAfter);
  switch (fault.kind) {
    case 'slow':
      await delay(fault.delayMs);
      return undefined;
    case 'lost':
      request.lost = true;
      return undefined;
    case 'reset':
      cut(request, reply);
      return reply;
    case 'html':
      return await reply
        .code(fault.status)
        .type('text/html')
        .send(`<html><head><title>${fault.status}</title></head><body><h1>${fault.status} Gateway</h1></body></html>`);
    case 'status':
    default:
      return await reply.code(fault.status).send({ error_code: fault.errorCode, message: fault.message });
  }
}

/** Ends a connection without a word. */
function cut(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
}

function apiErrorOf(error: unknown): { readonly status: number; readonly errorCode: string; readonly message: string } {
  if (error instanceof ApiError) return error;
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  const message = error instanceof Error ? error.message : String(error);
  if (status >= 400 && status < 500) return { status, errorCode: 'INVALID_PARAMETER_VALUE', message };
  return { status: 500, errorCode: 'INTERNAL_ERROR', message };
}
