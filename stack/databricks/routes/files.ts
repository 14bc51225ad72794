import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalidParameter } from '../api-error.ts';
import { flag, natural, parseRequest } from '../fields.ts';
import type { LocalWorkspace } from '../local-workspace.ts';

const pathSchema = z.looseObject({ path: z.string() });
const readSchema = z.looseObject({ path: z.string(), offset: natural.optional(), length: natural.optional() });
const putSchema = z.looseObject({ path: z.string(), contents: z.string().optional(), overwrite: flag.optional() });
const createSchema = z.looseObject({ path: z.string(), overwrite: flag.optional() });
const blockSchema = z.looseObject({ handle: natural, data: z.string() });
const closeSchema = z.looseObject({ handle: natural });
const moveSchema = z.looseObject({ source_path: z.string(), destination_path: z.string() });
const deleteSchema = z.looseObject({ path: z.string(), recursive: flag.optional() });

/** dbfs/*. */
export function dbfsRoutes(app: FastifyInstance, { dbfs }: LocalWorkspace): void {
  app.get('/dbfs/get-status', async ({ query }) => dbfs.status(parseRequest(pathSchema, query).path));
  app.get('/dbfs/list', async ({ query }) => {
    const files = dbfs.list(parseRequest(pathSchema, query).path);
    return files.length === 0 ? {} : { files };
  });
  app.get('/dbfs/read', async ({ query }) => {
    const { path, offset = 0, length = 524_288 } = parseRequest(readSchema, query);
    const data = dbfs.read(path, offset, length);
    return { bytes_read: data.length, data: data.toString('base64') };
  });
  app.post('/dbfs/put', async (request) => {
    if (request.isMultipart())
      throw invalidParameter('databricks-local takes the contents of dbfs/put as base64 in JSON.');
    const { path, contents = '', overwrite = false } = parseRequest(putSchema, request.body);
    dbfs.put(path, Buffer.from(contents, 'base64'), overwrite);
    return {};
  });
  app.post('/dbfs/mkdirs', async ({ body }) => {
    dbfs.mkdirs(parseRequest(pathSchema, body).path);
    return {};
  });
  app.post('/dbfs/move', async ({ body }) => {
    const { source_path: from, destination_path: to } = parseRequest(moveSchema, body);
    dbfs.move(from, to);
    return {};
  });
  app.post('/dbfs/delete', async ({ body }) => {
    const { path, recursive = false } = parseRequest(deleteSchema, body);
    dbfs.remove(path, recursive);
    return {};
  });
  app.post('/dbfs/create', async ({ body }) => {
    const { path, overwrite = false } = parseRequest(createSchema, body);
    return { handle: dbfs.create(path, overwrite) };
  });
  app.post('/dbfs/add-block', async ({ body }) => {
    const { handle, data } = parseRequest(blockSchema, body);
    dbfs.addBlock(handle, Buffer.from(data, 'base64'));
    return {};
  });
  app.post('/dbfs/close', async ({ body }) => {
    dbfs.close(parseRequest(closeSchema, body).handle);
    return {};
  });
}

const scopeSchema = z.looseObject({ scope: z.string() });
const secretSchema = z.looseObject({ scope: z.string(), key: z.string() });
const putSecretSchema = z.looseObject({
  scope: z.string(),
  key: z.string(),
  string_value: z.string().optional(),
  bytes_value: z.string().optional(),
});

/** secrets/*. */
export function secretRoutes(app: FastifyInstance, { secrets }: LocalWorkspace): void {
  app.post('/secrets/scopes/create', async ({ body }) => {
    secrets.createScope(parseRequest(scopeSchema, body).scope);
    return {};
  });
  app.post('/secrets/scopes/delete', async ({ body }) => {
    secrets.deleteScope(parseRequest(scopeSchema, body).scope);
    return {};
  });
  app.get('/secrets/scopes/list', async () => {
    const scopes = secrets.scopes().map((name) => ({ name, backend_type: 'DATABRICKS' }));
    return scopes.length === 0 ? {} : { scopes };
  });
  app.post('/secrets/put', async ({ body }) => {
    const { scope, key, string_value: text, bytes_value: bytes } = parseRequest(putSecretSchema, body);
    if ((text === undefined) === (bytes === undefined)) {
      throw invalidParameter('Exactly one of string_value or bytes_value must be specified.');
    }
    secrets.put(scope, key, text === undefined ? Buffer.from(bytes ?? '', 'base64') : Buffer.from(text));
    return {};
  });
  app.post('/secrets/delete', async ({ body }) => {
    const { scope, key } = parseRequest(secretSchema, body);
    secrets.delete(scope, key);
    return {};
  });
  app.get('/secrets/list', async ({ query }) => {
    const found = secrets.list(parseRequest(scopeSchema, query).scope);
    return found.length === 0 ? {} : { secrets: found };
  });
  app.get('/secrets/get', async ({ query }) => {
    const { scope, key } = parseRequest(secretSchema, query);
    return { key, value: secrets.get(scope, key).toString('base64') };
  });
}
