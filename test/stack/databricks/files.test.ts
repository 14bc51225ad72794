import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { cleanPath } from '../../../stack/databricks/safe-path.ts';
import { jupyterToSource, sourceToJupyter } from '../../../stack/databricks/notebook-format.ts';
import { startDatabricks, userName, type Answer, type TestDatabricks } from '../../support/databricks-local.ts';

let local: TestDatabricks;
beforeAll(async () => {
  local = await startDatabricks();
});
afterAll(() => local.stop());

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const source = '# Databricks notebook source\nprint(1)\n';

function put(path: string, fields: Readonly<Record<string, unknown>>): Promise<Answer> {
  return local.post('/api/2.0/workspace/import', { path, ...fields });
}

describe('the workspace', () => {
  test('keeps a notebook as the file that Python reads, and says what it is', async () => {
    expect((await put('/Shared/n', { content: base64('print(1)\n'), language: 'PYTHON' })).json).toEqual({});
    expect(readFileSync(join(local.folder, 'workspace/Shared/n'), 'utf8')).toBe(source);
    const { json } = await local.get('/api/2.0/workspace/get-status', { path: '/Workspace/Shared/n' });
    expect(json).toMatchObject({ path: '/Shared/n', object_type: 'NOTEBOOK', language: 'PYTHON' });
    const exported = await local.get('/api/2.0/workspace/export', { path: '/Shared/n', format: 'SOURCE' });
    expect(Buffer.from(exported.json.content, 'base64').toString()).toBe(source);
    const direct = await local.get('/api/2.0/workspace/export', { path: '/Shared/n', direct_download: true });
    expect(direct.text).toBe(source);
  });

  test('takes a form with the bytes as they are, as the clients’ upload() sends it', async () => {
    const form = new FormData();
    form.append('path', '/Shared/uploaded.py');
    form.append('format', 'AUTO');
    form.append('overwrite', 'true');
    form.append('content', new Blob([source]), 'uploaded.py');
    const answer = await fetch(`${local.url}/api/2.0/workspace/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${local.token}` },
      body: form,
    });
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
    const { json } = await local.get('/api/2.0/workspace/get-status', { path: '/Shared/uploaded' });
    expect(json).toMatchObject({ object_type: 'NOTEBOOK', language: 'PYTHON' });
  });

  test.each<[string, Readonly<Record<string, unknown>>, string, object]>([
    ['/Shared/auto.txt', { format: 'AUTO', content: base64('hello') }, '/Shared/auto.txt', { object_type: 'FILE' }],
    ['/Shared/plain.py', { format: 'AUTO', content: base64('x = 1') }, '/Shared/plain.py', { object_type: 'FILE' }],
    ['/Shared/raw.py', { format: 'RAW', content: base64(source) }, '/Shared/raw.py', { object_type: 'FILE' }],
    ['/Shared/j', { format: 'JUPYTER', content: base64('{"cells":[]}') }, '/Shared/j', { object_type: 'NOTEBOOK' }],
    ['/Shared/k.ipynb', { format: 'AUTO', content: base64('{"cells":[]}') }, '/Shared/k', { object_type: 'NOTEBOOK' }],
    ['/Shared/s.sql', { format: 'SOURCE', content: base64('SELECT 1') }, '/Shared/s.sql', { language: 'SQL' }],
  ])('takes %s %o', async (path, fields, found, expected) => {
    expect((await put(path, fields)).text).toBe('{}');
    expect((await local.get('/api/2.0/workspace/get-status', { path: found })).json).toMatchObject(expected);
  });

  test('overwrites when it is asked to, and nothing of another kind', async () => {
    const fields = { content: base64(source), language: 'PYTHON' };
    await put('/Shared/twice', fields);
    expect(await put('/Shared/twice', fields)).toMatchObject({
      status: 400,
      json: { error_code: 'RESOURCE_ALREADY_EXISTS', message: 'Path (/Shared/twice) already exists.' },
    });
    expect((await put('/Shared/twice', { ...fields, overwrite: true })).status).toBe(200);
    expect((await put('/Shared/twice', { ...fields, format: 'RAW', overwrite: true })).json.message).toContain(
      'type mismatch',
    );
    expect((await put('/nowhere/x', fields)).json).toMatchObject({
      error_code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'The parent folder (/nowhere) does not exist.',
    });
  });

  test('makes folders, lists and deletes them', async () => {
    const path = `/Users/${userName}/a/b`;
    expect((await local.post('/api/2.0/workspace/mkdirs', { path })).text).toBe('{}');
    await put(`${path}/n`, { content: base64(source), language: 'PYTHON' });
    const { json } = await local.get('/api/2.0/workspace/list', { path });
    expect(json.objects?.map((one) => one.path)).toEqual([`${path}/n`]);
    expect((await local.post('/api/2.0/workspace/mkdirs', { path: `${path}/n/deeper` })).json.error_code).toBe(
      'RESOURCE_ALREADY_EXISTS',
    );
    expect((await local.post('/api/2.0/workspace/delete', { path })).json.error_code).toBe('DIRECTORY_NOT_EMPTY');
    expect((await local.post('/api/2.0/workspace/delete', { path, recursive: true })).text).toBe('{}');
    expect((await local.get('/api/2.0/workspace/list', { path })).json.error_code).toBe('RESOURCE_DOES_NOT_EXIST');
  });

  test('finds a notebook that somebody laid into the folder', async () => {
    writeFileSync(join(local.folder, 'workspace/Shared/laid'), source);
    const { json } = await local.get('/api/2.0/workspace/get-status', { path: '/Shared/laid' });
    expect(json).toMatchObject({ object_type: 'NOTEBOOK', language: 'PYTHON' });
  });
});

function cleaned(path: string): string | undefined {
  try {
    return cleanPath(path);
  } catch {
    return undefined;
  }
}

describe('a path of a stranger', () => {
  test.each(['/../../etc/passwd', '/Shared/../../x', 'relative', '/a\0b', `/${'x'.repeat(300)}`])(
    '%j leads nowhere',
    async (path) => {
      for (const endpoint of ['workspace/get-status', 'workspace/export', 'dbfs/get-status', 'dbfs/read']) {
        const answer = await local.get(`/api/2.0/${endpoint}`, { path });
        expect([answer.status, answer.json.error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
      }
      expect((await put(path, { content: base64(source), language: 'PYTHON' })).status).toBe(400);
    },
  );

  test('does not go through a link that a notebook has made', async () => {
    symlinkSync('/etc', join(local.folder, 'workspace/Shared/link'));
    symlinkSync('/etc', join(local.folder, 'dbfs/link'));
    expect((await local.get('/api/2.0/workspace/export', { path: '/Shared/link/passwd' })).status).toBe(400);
    expect((await local.get('/api/2.0/dbfs/read', { path: '/link/passwd' })).status).toBe(400);
    const { json } = await local.get('/api/2.0/workspace/list', { path: '/Shared' });
    expect(json.objects?.map((one) => one.path)).not.toContain('/Shared/link');
    expect((await local.post('/api/2.0/dbfs/delete', { path: '/link/passwd', recursive: true })).status).toBe(400);
    expect(existsSync('/etc/passwd')).toBe(true);
  });

  test('is clean or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '..', '.', '', 'b c', '...', '\0', 'é'), { maxLength: 8 }), (parts) => {
        const path = `/${parts.join('/')}`;
        const clean = cleaned(path);
        const bad = parts.some((part) => part === '..' || part === '\0');
        expect(clean === undefined).toBe(bad);
        expect(clean === undefined ? clean : cleaned(clean)).toBe(clean);
        expect(join('/root', clean ?? '/x').startsWith('/root/')).toBe(true);
      }),
    );
  });
});

describe('DBFS', () => {
  test('keeps files, also those that come in blocks', async () => {
    await local.post('/api/2.0/dbfs/put', { path: '/FileStore/a.csv', contents: base64('x,y\n'), overwrite: true });
    const { json } = await local.post('/api/2.0/dbfs/create', { path: 'dbfs:/FileStore/deep/b.csv' });
    await local.post('/api/2.0/dbfs/add-block', { handle: json.handle, data: base64('1,') });
    expect((await local.get('/api/2.0/dbfs/get-status', { path: '/FileStore/deep/b.csv' })).status).toBe(404);
    await local.post('/api/2.0/dbfs/add-block', { handle: json.handle, data: base64('2\n') });
    await local.post('/api/2.0/dbfs/close', { handle: json.handle });
    expect(readFileSync(join(local.folder, 'dbfs/FileStore/deep/b.csv'), 'utf8')).toBe('1,2\n');
    const read = await local.get('/api/2.0/dbfs/read', { path: '/FileStore/deep/b.csv', offset: 2, length: 1 });
    expect(read.json).toEqual({ bytes_read: 1, data: base64('2') });
    const list = await local.get('/api/2.0/dbfs/list', { path: '/FileStore' });
    expect(list.json.files).toMatchObject([
      { path: '/FileStore/a.csv', is_dir: false, file_size: 4 },
      { path: '/FileStore/deep', is_dir: true },
    ]);
  });

  test('refuses what the service refuses', async () => {
    const small = { path: '/tmp/one', contents: base64('1') };
    await local.post('/api/2.0/dbfs/put', small);
    expect((await local.post('/api/2.0/dbfs/put', small)).json.error_code).toBe('RESOURCE_ALREADY_EXISTS');
    const large = { path: '/tmp/two', contents: base64('x'.repeat(1_048_577)) };
    expect((await local.post('/api/2.0/dbfs/put', large)).json.error_code).toBe('MAX_BLOCK_SIZE_EXCEEDED');
    const read = await local.get('/api/2.0/dbfs/read', { path: '/tmp/one', length: 1_048_577 });
    expect(read.json.error_code).toBe('MAX_READ_SIZE_EXCEEDED');
    expect((await local.post('/api/2.0/dbfs/close', { handle: 5 })).json.message).toBe('No handle with id 5 exists.');
    expect((await local.post('/api/2.0/dbfs/delete', { path: '/tmp' })).json.error_code).toBe('IO_ERROR');
    await local.post('/api/2.0/dbfs/move', { source_path: '/tmp/one', destination_path: '/tmp/three' });
    expect((await local.post('/api/2.0/dbfs/delete', { path: '/tmp', recursive: true })).text).toBe('{}');
    expect((await local.get('/api/2.0/dbfs/list', { path: '/tmp' })).status).toBe(404);
  });
});

test('secrets are kept in a private file, listed without their values, and deleted', async () => {
  expect((await local.post('/api/2.0/secrets/put', { scope: 'no', key: 'k', string_value: 'v' })).json.message).toBe(
    'Scope no does not exist!',
  );
  await local.post('/api/2.0/secrets/scopes/create', { scope: 'aws' });
  expect((await local.post('/api/2.0/secrets/scopes/create', { scope: 'aws' })).json.error_code).toBe(
    'RESOURCE_ALREADY_EXISTS',
  );
  await local.post('/api/2.0/secrets/put', { scope: 'aws', key: 'key', string_value: 'canary-5e1' });
  expect(statSync(join(local.folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  const list = await local.get('/api/2.0/secrets/list', { scope: 'aws' });
  expect(list.text).toContain('"key":"key"');
  expect(list.text).not.toContain('canary');
  const { json } = await local.get('/api/2.0/secrets/get', { scope: 'aws', key: 'key' });
  expect(Buffer.from(json.value, 'base64').toString()).toBe('canary-5e1');
  await local.post('/api/2.0/secrets/delete', { scope: 'aws', key: 'key' });
  expect((await local.get('/api/2.0/secrets/get', { scope: 'aws', key: 'key' })).status).toBe(404);
});

test('a source survives the way to Jupyter and back', () => {
  const text =
    '# Databricks notebook source\n# MAGIC %md\n# MAGIC # Title\n\n# COMMAND ----------\n\nx = 1\n\n# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC SELECT 1\n';
  expect(jupyterToSource(sourceToJupyter(text))).toBe(text);
});
