import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalidParameter } from '../api-error.ts';
import { sparkVersion } from '../clusters.ts';
import { integer, parseRequest, type JsonObject } from '../fields.ts';
import type { LocalWorkspace } from '../local-workspace.ts';
import { requireJob } from './jobs.ts';

const clusterSchema = z.looseObject({ cluster_id: z.string() });
const librariesSchema = z.looseObject({
  cluster_id: z.string(),
  libraries: z.array(z.looseObject({ pypi: z.looseObject({ package: z.string() }).optional() })),
});

/** clusters/* and libraries/*. */
export function clusterRoutes(app: FastifyInstance, { clusters }: LocalWorkspace): void {
  app.get('/clusters/get', async ({ query }) => clusters.view(parseRequest(clusterSchema, query).cluster_id));
  app.get('/clusters/list', async () => ({ clusters: clusters.views() }));
  app.post('/clusters/start', async ({ body }) => {
    clusters.start(parseRequest(clusterSchema, body).cluster_id);
    return {};
  });
  app.get('/clusters/spark-versions', async () => ({ versions: [{ key: sparkVersion, name: 'databricks-local' }] }));

  const status = (clusterId: string): JsonObject => ({
    cluster_id: clusterId,
    library_statuses: clusters.libraries(clusterId).map((name) => ({
      library: { pypi: { package: name } },
      status: 'INSTALLED',
      is_library_for_all_clusters: false,
    })),
  });
  app.post('/libraries/install', async ({ body }) => {
    const { cluster_id: clusterId, libraries } = parseRequest(librariesSchema, body);
    const names = libraries.map((library) => {
      if (library.pypi === undefined) {
        throw invalidParameter(
          `databricks-local installs pypi libraries alone, and this is ${Object.keys(library).join(', ')}.`,
        );
      }
      return library.pypi.package;
    });
    clusters.setLibraries(clusterId, [...clusters.libraries(clusterId), ...names]);
    return {};
  });
  app.post('/libraries/uninstall', async ({ body }) => {
    const { cluster_id: clusterId, libraries } = parseRequest(librariesSchema, body);
    const gone = new Set(libraries.map(({ pypi }) => pypi?.package));
    clusters.setLibraries(
      clusterId,
      clusters.libraries(clusterId).filter((name) => !gone.has(name)),
    );
    return {};
  });
  app.get('/libraries/cluster-status', async ({ query }) => {
    const { cluster_id: clusterId } = parseRequest(clusterSchema, query);
    clusters.view(clusterId);
    return status(clusterId);
  });
  app.get('/libraries/all-cluster-statuses', async () => ({
    statuses: clusters.views().map((view) => status(String(view['cluster_id']))),
  }));
}

const objectSchema = z.looseObject({ type: z.enum(['clusters', 'jobs', 'notebooks', 'directories']), id: z.string() });

/** Who one is, and what one may: everything, as there is one user. */
export function identityRoutes(app: FastifyInstance, local: LocalWorkspace): void {
  const { userName } = local;
  app.get('/preview/scim/v2/Me', async () => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: '1',
    userName,
    displayName: userName,
    active: true,
    emails: [{ type: 'work', value: userName, primary: true }],
    groups: [
      { display: 'users', type: 'direct', value: '2' },
      { display: 'admins', type: 'direct', value: '3' },
    ],
  }));
  app.get('/permissions/:type/:id', async ({ params }) => {
    const { type, id } = parseRequest(objectSchema, params);
    if (type === 'clusters') local.clusters.view(id);
    if (type === 'jobs') requireJob(local, parseRequest(integer, id));
    const level = type === 'jobs' ? 'IS_OWNER' : 'CAN_MANAGE';
    const objectType = { clusters: 'cluster', jobs: 'job', notebooks: 'notebook', directories: 'directory' }[type];
    return {
      object_id: `/${type}/${id}`,
      object_type: objectType,
      access_control_list: [
        { user_name: userName, all_permissions: [{ permission_level: level, inherited: false }] },
        { group_name: 'admins', all_permissions: [{ permission_level: 'CAN_MANAGE', inherited: true }] },
      ],
    };
  });
}

/** Where nobody needs a token: how to get one. */
export function signInRoutes(app: FastifyInstance, { tokens }: LocalWorkspace): void {
  app.get('/.well-known/databricks-config', async ({ host }) => ({
    oidc_endpoint: `http://${host}/oidc`,
    host_type: 'workspace',
    workspace_id: '1',
  }));
  app.get('/oidc/.well-known/oauth-authorization-server', async ({ host }) => ({
    issuer: `http://${host}/oidc`,
    authorization_endpoint: `http://${host}/oidc/v1/authorize`,
    token_endpoint: `http://${host}/oidc/v1/token`,
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }));
  app.post('/oidc/v1/token', async ({ body, headers }, reply) => {
    const form = parseRequest(z.looseObject({}), body) as Readonly<Record<string, unknown>>;
    const [id, secret] = credentialsOf(headers.authorization) ?? [form['client_id'], form['client_secret']];
    if (form['grant_type'] !== 'client_credentials') {
      return await reply
        .code(400)
        .send({ error: 'unsupported_grant_type', error_description: 'use client_credentials' });
    }
    if (typeof id !== 'string' || typeof secret !== 'string' || !tokens.isClient(id, secret)) {
      return await reply.code(401).send({ error: 'invalid_client', error_description: 'Client authentication failed' });
    }
    const { accessToken, expiresIn } = tokens.issue();
    return { access_token: accessToken, token_type: 'Bearer', expires_in: expiresIn, scope: 'all-apis' };
  });
  app.get('/', async () => ({ name: 'databricks-local' }));
}

/** User and password of HTTP Basic, which OAuth wants percent-encoded. */
function credentialsOf(header: string | undefined): readonly [string, string] | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  try {
    return [decodeURIComponent(id), decodeURIComponent(secret)];
  } catch {
    return undefined;
  }
}
