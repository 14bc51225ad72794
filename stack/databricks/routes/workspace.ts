import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalidParameter } from '../api-error.ts';
import { flag, parseRequest } from '../fields.ts';
import type { LocalWorkspace } from '../local-workspace.ts';
import {
  isNotebookSource,
  jupyterCells,
  jupyterToSource,
  languageOfName,
  languages,
  sourceToJupyter,
  withHeader,
  type Language,
} from '../notebook-format.ts';
import type { NewObject, WorkspaceObject } from '../workspace.ts';

const formats = ['SOURCE', 'HTML', 'JUPYTER', 'DBC', 'R_MARKDOWN', 'AUTO', 'RAW'] as const;
type Format = (typeof formats)[number];

const pathSchema = z.looseObject({ path: z.string() });
const deleteSchema = z.looseObject({ path: z.string(), recursive: flag.optional() });
const importSchema = z.looseObject({
  path: z.string(),
  format: z.enum(formats).optional(),
  language: z.enum(languages).optional(),
  overwrite: flag.optional(),
  content: z.string().optional(),
});
const exportSchema = z.looseObject({
  path: z.string(),
  format: z.enum(formats).optional(),
  direct_download: flag.optional(),
});

/** workspace/*. */
export function workspaceRoutes(app: FastifyInstance, { workspace }: LocalWorkspace): void {
  app.post('/workspace/import', async (request) => {
    // The clients' upload() sends a form with the bytes as they are, everybody else base64 in JSON.
    const form = request.isMultipart() ? await formOf(request.parts()) : undefined;
    const order = parseRequest(importSchema, form?.fields ?? request.body);
    const content = form?.content ?? decoded(order.content ?? '');
    const { path, ...object } = toObject(order.path, content, order.format ?? 'SOURCE', order.language);
    workspace.put(path, { ...object, overwrite: order.overwrite === true });
    return {};
  });
  app.get('/workspace/export', async ({ query }, reply) => {
    const { path, format = 'SOURCE', direct_download: direct } = parseRequest(exportSchema, query);
    const { object, content } = workspace.read(path);
    const exported = fromObject(object, content, format);
    if (direct === true) return await reply.type('application/octet-stream').send(exported.content);
    return { content: exported.content.toString('base64'), file_type: exported.fileType };
  });
  app.get('/workspace/get-status', async ({ query }) => workspace.status(parseRequest(pathSchema, query).path));
  app.get('/workspace/list', async ({ query }) => {
    const objects = workspace.list(parseRequest(pathSchema, query).path);
    return objects.length === 0 ? {} : { objects };
  });
  app.post('/workspace/mkdirs', async ({ body }) => {
    workspace.mkdirs(parseRequest(pathSchema, body).path);
    return {};
  });
  app.post('/workspace/delete', async ({ body }) => {
    const { path, recursive = false } = parseRequest(deleteSchema, body);
    workspace.remove(path, recursive);
    return {};
  });
}

interface FormPart {
  readonly type: 'file' | 'field';
  readonly fieldname: string;
}

async function formOf(
  parts: AsyncIterable<FormPart & { readonly toBuffer?: () => Promise<Buffer>; readonly value?: unknown }>,
): Promise<{ readonly fields: Readonly<Record<string, unknown>>; readonly content: Buffer | undefined }> {
  const fields: Record<string, unknown> = {};
  let content: Buffer | undefined;
  for await (const part of parts) {
    if (part.toBuffer !== undefined) content = await part.toBuffer();
    else if (part.fieldname === 'content') content = Buffer.from(String(part.value));
    else fields[part.fieldname] = part.value;
  }
  return { fields, content };
}

function decoded(base64: string): Buffer {
  if (!/^[A-Za-z0-9+/_\-\s]*={0,2}\s*$/.test(base64)) throw invalidParameter('The content must be base64-encoded.');
  return Buffer.from(base64, 'base64');
}

type Placed = Omit<NewObject, 'overwrite'> & { readonly path: string };

/** What an import makes of its bytes. */
function toObject(path: string, content: Buffer, format: Format, language: Language | undefined): Placed {
  const named = languageOfName(path);
  switch (format) {
    case 'SOURCE': {
      const found = language ?? named?.language;
      if (found === undefined) throw invalidParameter('Missing required field: language');
      return notebook(path, withHeader(content.toString('utf8'), found), found);
    }
    case 'JUPYTER':
      if (jupyterCells(content.toString('utf8')) === undefined)
        throw invalidParameter('The notebook is not valid JSON of Jupyter.');
      return notebook(path, content.toString('utf8'), language ?? 'PYTHON');
    case 'AUTO': {
      const text = content.toString('utf8');
      if (path.endsWith('.ipynb') && jupyterCells(text) !== undefined) {
        return notebook(path.replace(/\.ipynb$/, ''), text, 'PYTHON');
      }
      if (named !== undefined && isNotebookSource(text)) return notebook(named.stem, text, named.language);
      return { path, content, objectType: 'FILE' };
    }
    case 'RAW':
      return { path, content, objectType: 'FILE' };
    case 'HTML':
    case 'DBC':
    case 'R_MARKDOWN':
    default:
      throw invalidParameter(`databricks-local does not import ${format}: use SOURCE, JUPYTER or AUTO.`);
  }
}

function notebook(path: string, text: string, language: Language): Placed {
  return { path, content: Buffer.from(text), objectType: 'NOTEBOOK', language };
}

function fromObject(
  object: WorkspaceObject,
  content: Buffer,
  format: Format,
): { readonly content: Buffer; readonly fileType: string } {
  if (object.object_type === 'FILE') return { content, fileType: 'file' };
  const text = content.toString('utf8');
  const jupyter = !isNotebookSource(text) && jupyterCells(text) !== undefined;
  switch (format) {
    case 'SOURCE':
    case 'AUTO':
      return { content: Buffer.from(jupyter ? jupyterToSource(text) : text), fileType: 'py' };
    case 'JUPYTER':
      return { content: Buffer.from(jupyter ? text : sourceToJupyter(text)), fileType: 'ipynb' };
    case 'HTML':
    case 'DBC':
    case 'R_MARKDOWN':
    case 'RAW':
    default:
      throw invalidParameter(`databricks-local does not export ${format}: use SOURCE or JUPYTER.`);
  }
}
